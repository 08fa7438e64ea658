package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNull;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Checkpoint;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Checkpoints;
import io.llmforge.operator.observe.Observation;
import java.time.Duration;
import java.util.Optional;

/**
 * What an attempt has besides the plan of its run, learnt from the attempts before.
 *
 * @param terminationGrace how long its pods may take to save when they are told to end
 * @param microBatches how large its micro-batches are
 */
public record AttemptTerms(Duration terminationGrace, MicroBatches microBatches) {

  private static final Duration SHORTEST_GRACE = Duration.ofMinutes(2);
  private static final Duration LONGEST_GRACE = Duration.ofMinutes(30);
  private static final double CHECKPOINTS_OF_GRACE = 3;

  /** Those of a run's first attempt, when the spec says nothing. */
  public static final AttemptTerms FIRST = new AttemptTerms(SHORTEST_GRACE, MicroBatches.PLANNED);

  public AttemptTerms {
    requireNonNull(terminationGrace, "terminationGrace");
    requireNonNull(microBatches, "microBatches");
  }

  static AttemptTerms of(Observation observation, RunState next, Attempt attempt) {
    return new AttemptTerms(
        RunPolicy.of(observation).terminationGrace().orElseGet(() -> learntGrace(observation)),
        MicroBatches.of(observation, next, attempt));
  }

  // Also of an earlier run: its model is most likely of the same size.
  private static Duration learntGrace(Observation observation) {
    Duration grace =
        Optional.ofNullable(observation.recorded().checkpoints())
            .map(Checkpoints::latest)
            .map(Checkpoint::seconds)
            .map(Double::parseDouble)
            .map(seconds -> Duration.ofSeconds((long) Math.ceil(CHECKPOINTS_OF_GRACE * seconds)))
            .orElse(SHORTEST_GRACE);
    if (grace.compareTo(SHORTEST_GRACE) < 0) {
      return SHORTEST_GRACE;
    }
    return grace.compareTo(LONGEST_GRACE) > 0 ? LONGEST_GRACE : grace;
  }
}
