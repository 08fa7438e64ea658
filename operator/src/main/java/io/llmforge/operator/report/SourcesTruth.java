package io.llmforge.operator.report;

import static java.util.Objects.requireNonNullElse;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Outcome;
import io.llmforge.operator.decide.Attempt;
import io.llmforge.operator.decide.Decision;
import io.llmforge.operator.decide.Reason;
import io.llmforge.operator.decide.RunState;
import io.llmforge.operator.identity.Stage;
import io.llmforge.operator.observe.Observation;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What condition SourcesReady says. */
final class SourcesTruth {

  private static final Truth VERIFIED = Truth.yes(Reason.VERIFIED);

  private SourcesTruth() {}

  static Truth of(Observation observation, Decision decision) {
    return switch (decision) {
      case Decision.Refuse refuse -> Truth.unknown(Reason.NOT_STARTED);
      case Decision.Validated validated -> VERIFIED;
      case Decision.Train train ->
          of(train.run(), underway(train.run(), train.attempt(), observation));
      case Decision.Await await ->
          of(await.run(), underway(await.run(), await.attempt(), observation));
      case Decision.Queue queue -> of(queue.run(), Truth.no(Reason.PODS_PENDING));
      case Decision.BackOff backOff -> of(backOff.run(), Truth.no(Reason.BACKING_OFF));
      case Decision.Suspending suspending -> of(suspending.run(), Truth.no(Reason.SUSPENDING));
      case Decision.Stopping stopping ->
          of(stopping.run(), Truth.no(stopping.failure(observation).reason()));
      case Decision.Suspended suspended -> of(suspended.run(), Truth.no(Reason.SUSPENDED_BY_USER));
      case Decision.Succeed succeed -> VERIFIED;
      case Decision.Fail fail -> of(fail.run(), failed(StatusParts.failure(fail)));
      case Decision.Rest rest -> rested(rest.run(), observation.recorded());
    };
  }

  // What a later stage works with was looked at before it began.
  private static Truth of(RunState run, Truth ofPreflight) {
    return run.stage() == Stage.PREFLIGHT ? ofPreflight : VERIFIED;
  }

  private static Truth underway(RunState run, Attempt attempt, Observation observation) {
    return switch (attempt) {
      case Attempt.First first -> Truth.no(Reason.STARTING);
      case Attempt.Again again -> Truth.no(Reason.RESTARTING);
      case Attempt.Checking checking -> {
        Truth running = SinglePod.of(checking).running(run, observation);
        yield running.reason() == Reason.RESTARTING
            ? Truth.no(Reason.RESTARTING)
            : Truth.no(running.reason(), running.message());
      }
      case Attempt.Scoring scoring -> VERIFIED;
      case Attempt.Underway underway -> VERIFIED;
      case Attempt.Publishing publishing -> VERIFIED;
    };
  }

  private static Truth failed(FineTuneJobStatus.Failure failure) {
    Reason reason =
        Optional.ofNullable(failure.reason()).flatMap(Reason::ofText).orElse(Reason.INTERNAL_ERROR);
    return Truth.no(
        reason, "%s %s".formatted(requireNonNullElse(failure.message(), ""), reason.sentence()));
  }

  private static Truth rested(RunState run, FineTuneJobStatus recorded) {
    boolean hasFailed = recorded.run() != null && recorded.run().outcome() == Outcome.Failed;
    FineTuneJobStatus.@Nullable Failure failure = recorded.failure();
    return hasFailed
        ? of(run, failed(requireNonNullElse(failure, StatusParts.UNKNOWN_FAILURE)))
        : VERIFIED;
  }
}
