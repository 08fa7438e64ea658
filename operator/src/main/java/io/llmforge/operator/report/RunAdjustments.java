package io.llmforge.operator.report;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Adjustments;
import io.llmforge.operator.decide.Attempt;
import io.llmforge.operator.decide.Decision;
import io.llmforge.operator.decide.MicroBatches;
import io.llmforge.operator.decide.RunState;
import io.llmforge.operator.observe.Observation;
import org.jspecify.annotations.Nullable;

/** Records what the next attempts of a run are made with. */
final class RunAdjustments {

  private RunAdjustments() {}

  /** Null while nothing is changed. */
  static @Nullable Adjustments of(Observation observation, Decision decision) {
    return switch (decision) {
      case Decision.Train train -> of(train.terms().microBatches());
      case Decision.Queue queue -> of(observation, queue.run(), queue.attempt());
      case Decision.BackOff backOff -> of(observation, backOff.run(), backOff.attempt());
      case Decision.Suspended suspended -> of(observation, suspended.run(), suspended.attempt());
      case Decision.Await await -> of(MicroBatches.recorded(observation, await.run()));
      case Decision.Suspending suspending ->
          of(MicroBatches.recorded(observation, suspending.run()));
      case Decision.Stopping stopping -> of(MicroBatches.recorded(observation, stopping.run()));
      case Decision.Succeed succeed -> of(MicroBatches.recorded(observation, succeed.run()));
      case Decision.Fail fail -> of(MicroBatches.recorded(observation, fail.run()));
      case Decision.Rest rest -> of(MicroBatches.recorded(observation, rest.run()));
      case Decision.Refuse refuse -> observation.recorded().adjustments();
      case Decision.Validated validated -> observation.recorded().adjustments();
    };
  }

  private static @Nullable Adjustments of(Observation observation, RunState run, Attempt attempt) {
    return of(MicroBatches.of(observation, run, attempt));
  }

  private static @Nullable Adjustments of(MicroBatches batches) {
    return batches.divisor() == 1
        ? null
        : new Adjustments(batches.divisor(), batches.sinceAttempt());
  }
}
