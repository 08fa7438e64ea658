package io.llmforge.operator.observe;

import static java.util.Objects.requireNonNull;

import io.llmforge.operator.identity.Stage;
import java.util.List;
import java.util.Map;
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
