package io.llmforge.operator.decide;

import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.OnOom;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Adjustments;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Run;
import io.llmforge.crds.plan.FailureCode.FailureClass;
import io.llmforge.operator.identity.Stage;
import io.llmforge.operator.observe.Observation;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Halves micro-batches when the accelerator's memory ran out. A step is made of the same rows as
 * before, so the plan and its hash stay the run's.
 *
 * @param divisor by how much they are smaller than planned
 * @param sinceAttempt first attempt with micro-batches of that size
 */
public record MicroBatches(int divisor, int sinceAttempt) {

  /** As planned. */
  static final MicroBatches PLANNED = new MicroBatches(1, 1);

  /** Rows of a micro-batch, when a plan leaves them to the trainer, are not more than these. */
  private static final int MOST_ROWS = 64;

  /** What an attempt that is yet to be made takes. */
  public static MicroBatches of(Observation observation, RunState next, Attempt attempt) {
    MicroBatches before = recorded(observation, next);
    boolean shrinks =
        attempt instanceof Attempt.Again again
            && again.previous().reason() == Reason.ACCELERATOR_OUT_OF_MEMORY
            && before.sinceAttempt() < next.attempt();
    return shrinks ? new MicroBatches(2 * before.divisor(), next.attempt()) : before;
  }

  /** What is recorded of a run. */
  public static MicroBatches recorded(Observation observation, RunState run) {
    @Nullable Run recorded = observation.recorded().run();
    @Nullable Adjustments adjustments = observation.recorded().adjustments();
    return recorded == null || recorded.number() != run.number() || adjustments == null
        ? PLANNED
        : new MicroBatches(adjustments.microBatchDivisor(), adjustments.sinceAttempt());
  }

  /** A failure for lack of memory as one that smaller micro-batches may help, if they may. */
  static Failure remedied(
      Failure failure, RunState run, Planning planning, Observation observation) {
    boolean applies =
        failure.reason() == Reason.ACCELERATOR_OUT_OF_MEMORY
            && run.stage() == Stage.TRAIN
            && RunPolicy.of(observation).onOom() == OnOom.ShrinkMicroBatch;
    if (!applies) {
      return failure;
    }
    int divisor = recorded(observation, run).divisor();
    return divisor < rows(planning)
        ? failure.because(
            FailureClass.RETRY,
            "%s; the next attempt takes micro-batches of 1/%d of the planned size"
                .formatted(failure.message(), 2 * divisor))
        : failure.because(
            FailureClass.FATAL, failure.message() + "; its micro-batches are one row already");
  }

  private static int rows(Planning planning) {
    return Optional.of(planning)
        .flatMap(
            one ->
                one instanceof Planning.Planned planned
                    ? Optional.ofNullable(planned.plan().batch().rowsPerDevice())
                    : Optional.<Integer>empty())
        .orElse(MOST_ROWS);
  }
}
