package io.llmforge.operator.report;

import static java.util.Objects.requireNonNullElse;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Outcome;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Output;
import io.llmforge.operator.decide.Attempt;
import io.llmforge.operator.decide.Decision;
import io.llmforge.operator.decide.Failure;
import io.llmforge.operator.decide.Reason;
import io.llmforge.operator.decide.RunState;
import io.llmforge.operator.identity.Stage;
import io.llmforge.operator.observe.Observation;
import java.util.List;
import java.util.Optional;

/** What condition OutputPublished says. */
final class OutputTruth {

  private static final Truth NOTHING = Truth.no(Reason.NOT_PUBLISHED);
  private static final String WAITING =
      "The finished result is in the run's workspace and not at its place yet";
  private static final Truth UNDERWAY = Truth.no(Reason.PUBLISHING);

  private OutputTruth() {}

  static Truth of(Observation observation, Decision decision) {
    return switch (decision) {
      case Decision.Refuse refuse -> NOTHING;
      case Decision.Validated validated -> NOTHING;
      case Decision.Train train -> of(train.run(), underway(train.attempt()));
      case Decision.Await await -> of(await.run(), underway(await.attempt()));
      case Decision.Queue queue -> of(queue.run(), underway(queue.attempt()));
      case Decision.BackOff backOff -> of(backOff.run(), failed(backOff.attempt().previous()));
      case Decision.Suspending suspending -> of(suspending.run(), waiting(Reason.SUSPENDING));
      case Decision.Suspended suspended -> of(suspended.run(), waiting(Reason.SUSPENDED_BY_USER));
      case Decision.Stopping stopping -> of(stopping.run(), failed(stopping.failure(observation)));
      case Decision.Succeed succeed -> published(StatusParts.outputs(succeed));
      case Decision.Fail fail -> of(fail.run(), failed(fail.failure()));
      case Decision.Rest rest -> rested(rest.run(), observation.recorded());
    };
  }

  // Before its last stage a run has nothing that could be published.
  private static Truth of(RunState run, Truth ofPublisher) {
    return run.stage() == Stage.PUBLISH ? ofPublisher : NOTHING;
  }

  private static Truth underway(Attempt attempt) {
    return attempt instanceof Attempt.Again again ? failed(again.previous()) : UNDERWAY;
  }

  private static Truth waiting(Reason reason) {
    return Truth.no(reason, "%s.".formatted(WAITING));
  }

  private static Truth failed(Failure failure) {
    return failed(failure.reason(), failure.message());
  }

  private static Truth failed(Reason reason, String message) {
    return Truth.no(reason, "%s: %s".formatted(WAITING, message));
  }

  private static Truth published(List<Output> outputs) {
    boolean adopted = outputs.stream().anyMatch(output -> Boolean.TRUE.equals(output.adopted()));
    return Truth.yes(adopted ? Reason.ADOPTED : Reason.PUBLISHED);
  }

  private static Truth rested(RunState run, FineTuneJobStatus recorded) {
    if (recorded.run() != null && recorded.run().outcome() == Outcome.Succeeded) {
      return published(requireNonNullElse(recorded.outputs(), List.of()));
    }
    FineTuneJobStatus.Failure failure =
        requireNonNullElse(recorded.failure(), StatusParts.UNKNOWN_FAILURE);
    Reason reason =
        Optional.ofNullable(failure.reason()).flatMap(Reason::ofText).orElse(Reason.INTERNAL_ERROR);
    return of(run, failed(reason, requireNonNullElse(failure.message(), "")));
  }
}
