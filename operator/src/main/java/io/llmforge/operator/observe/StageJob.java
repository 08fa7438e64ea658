package io.llmforge.operator.observe;

import static java.util.Comparator.naturalOrder;
import static java.util.Objects.requireNonNull;

import io.llmforge.operator.identity.Stage;
import io.llmforge.operator.identity.StopCause;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The Job of one attempt at a stage.
 *
 * @param name its name
 * @param mark what it was created for
 * @param state what the Job says of itself
 * @param shards how many of its indexes have succeeded
 * @param pods its pods, oldest first
 * @param past when it was created, and why it was stopped if it was
 */
public record StageJob(
    String name, JobMark mark, State state, Shards shards, List<IndexedPod> pods, Past past) {

  public StageJob {
    requireNonNull(name, "name");
    requireNonNull(mark, "mark");
    requireNonNull(state, "state");
    requireNonNull(shards, "shards");
    pods = List.copyOf(pods);
    requireNonNull(past, "past");
  }

  public boolean isOf(int run, Stage stage) {
    return mark.run() == run && mark.stage() == stage;
  }

  /** The newest pod of its first index, which writes and speaks for all: others were replaced. */
  public TrainerPod pod() {
    return pods.stream()
        .filter(pod -> pod.index() == 0)
        .reduce((older, newer) -> newer)
        .map(IndexedPod::pod)
        .orElseGet(TrainerPod.Absent::new);
  }

  /** The pod that the others wait for: one that does not run yet; if all do, the first. */
  public TrainerPod awaited() {
    List<TrainerPod> newest = newestPods();
    if (newest.size() < shards.total()) {
      return new TrainerPod.Absent();
    }
    return newest.stream()
        .filter(TrainerPod.Waiting.class::isInstance)
        .findFirst()
        .orElseGet(this::pod);
  }

  /** When the first of its pods began to work; empty while none has or when nobody knows. */
  public Optional<Instant> started() {
    return pods.stream()
        .flatMap(pod -> RecordedTime.read(pod.started()).stream())
        .min(naturalOrder());
  }

  /** When the last of its pods ended; empty while none has or when nobody knows. */
  public Optional<Instant> ended() {
    return pods.stream()
        .flatMap(pod -> RecordedTime.read(pod.ended()).stream())
        .max(naturalOrder());
  }

  /** Whether every index has a pod that has begun to work. */
  public boolean allStarted() {
    List<TrainerPod> newest = newestPods();
    return newest.size() >= shards.total()
        && newest.stream()
            .noneMatch(
                pod -> pod instanceof TrainerPod.Waiting || pod instanceof TrainerPod.Absent);
  }

  /** The newest pod of each index, in the order of the indexes. */
  public List<TrainerPod> newestPods() {
    Map<Integer, TrainerPod> newest = new TreeMap<>();
    pods.forEach(pod -> newest.put(pod.index(), pod.pod()));
    return List.copyOf(newest.values());
  }

  /** What a Job says of itself. */
  public enum State {
    ACTIVE,
    /**
     * The operator has suspended it, and somebody lets it run again: its pods are not the run's.
     */
    REVIVED,
    /** The operator has suspended it, and its pods are about to end. */
    STOPPING,
    /** The operator has suspended it, and none of its pods is left at work. */
    STOPPED,
    COMPLETE,
    FAILED
  }

  /**
   * The indexes of a Job; each is one pod's work.
   *
   * @param total how many there are
   * @param done how many have succeeded
   */
  public record Shards(int total, int done) {}

  /**
   * What became of a Job before now.
   *
   * @param created when it was created, when that is known
   * @param stopped why the operator stopped it, if it did
   */
  public record Past(Optional<Instant> created, Optional<StopCause> stopped) {

    /** Nothing is known. */
    public static final Past UNKNOWN = new Past(Optional.empty(), Optional.empty());

    public Past {
      requireNonNull(created, "created");
      requireNonNull(stopped, "stopped");
    }
  }
}
