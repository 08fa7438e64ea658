package io.llmforge.operator.observe;

import static java.util.Comparator.naturalOrder;
import static java.util.Objects.requireNonNull;

import io.llmforge.operator.identity.Stage;
import java.time.Instant;
import java.time.format.DateTimeParseException;
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
 */
public record StageJob(
    String name, JobMark mark, State state, Shards shards, List<IndexedPod> pods) {

  public StageJob {
    requireNonNull(name, "name");
    requireNonNull(mark, "mark");
    requireNonNull(state, "state");
    requireNonNull(shards, "shards");
    pods = List.copyOf(pods);
  }

  public boolean isOf(int run, Stage stage) {
    return mark.run() == run && mark.stage() == stage;
  }

  /** Its newest pod: an earlier one of the same index was replaced. */
  public TrainerPod pod() {
    return pods.isEmpty() ? new TrainerPod.Absent() : pods.getLast().pod();
  }

  /** When the first of its pods began to work; empty while none has or when nobody knows. */
  public Optional<Instant> started() {
    return pods.stream().flatMap(pod -> time(pod.started()).stream()).min(naturalOrder());
  }

  /** When the last of its pods ended; empty while none has or when nobody knows. */
  public Optional<Instant> ended() {
    return pods.stream().flatMap(pod -> time(pod.ended()).stream()).max(naturalOrder());
  }

  // Written by whoever runs the pod: what is no time says nothing.
  private static Optional<Instant> time(String text) {
    try {
      return Optional.of(Instant.parse(text));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
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
}
