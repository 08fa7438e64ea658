package io.llmforge.operator.report;

import static java.util.Objects.requireNonNullElse;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Outcome;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Output;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.crds.config.Finding;
import io.llmforge.crds.config.Finding.Severity;
import io.llmforge.operator.decide.Decision;
import io.llmforge.operator.decide.Hold;
import io.llmforge.operator.decide.Planning;
import io.llmforge.operator.decide.Reason;
import io.llmforge.operator.observe.Observation;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Paints where everything stands: one row of the table of conditions for each decision. */
final class Painter {

  private static final String NO_QUOTA_YET =
      "The pods wait for their quota; condition QuotaReserved says more.";

  private final Observation observation;
  private final Truth sources;
  private final Truth reference;
  private final Truth quota;
  private final Truth training;
  private final Truth checkpoint;
  private final Truth output;

  private Painter(Observation observation, Decision decision, Truth checkpoint) {
    this.observation = observation;
    this.sources = SourcesTruth.of(observation, decision);
    this.reference = ReferenceTruth.of(observation, decision);
    this.quota = QuotaTruth.of(observation, decision);
    this.training = TrainingTruth.of(observation, decision);
    this.checkpoint = checkpoint;
    this.output = OutputTruth.of(observation, decision);
  }

  static Picture paint(
      Observation observation, Decision decision, List<Obstacle> obstacles, Truth checkpoint) {
    return new Painter(observation, decision, checkpoint).paint(decision, obstacles);
  }

  private Picture paint(Decision decision, List<Obstacle> obstacles) {
    return switch (decision) {
      case Decision.Refuse refuse -> refused(refuse.planning());
      case Decision.Validated validated -> validated(validated.planning());
      case Decision.Train train ->
          obstacles.isEmpty()
              ? underway(train.planning(), Activity.of(train.run(), train.attempt(), observation))
              : hindered(train.planning(), obstacles);
      case Decision.Queue queue ->
          obstacles.isEmpty() ? queued(queue) : hindered(queue.planning(), obstacles);
      case Decision.Await await ->
          waitingForEnd(
              underway(await.planning(), Activity.of(await.run(), await.attempt(), observation)),
              await);
      case Decision.Suspending suspending -> suspending(suspending);
      case Decision.Stopping stopping ->
          underway(stopping.planning(), Activity.of(stopping, observation));
      case Decision.BackOff backOff -> underway(backOff.planning(), Activity.of(backOff));
      case Decision.Suspended suspended -> suspended(suspended.planning());
      case Decision.Succeed succeed -> succeeded(succeed.planning(), StatusParts.outputs(succeed));
      case Decision.Fail fail -> failed(fail.planning(), StatusParts.failure(fail));
      case Decision.Rest rest -> rested(rest.planning(), observation.recorded());
    };
  }

  private Picture suspending(Decision.Suspending decision) {
    String message =
        "Job %s is being stopped. %s"
            .formatted(decision.job().name(), Reason.SUSPENDING.sentence());
    Map<ConditionType, Truth> truths = truths();
    truths.put(ConditionType.ACCEPTED, accepted(decision.planning()));
    truths.put(ConditionType.RUNNING, Truth.no(Reason.SUSPENDING));
    truths.put(ConditionType.SUSPENDED, Truth.no(Reason.SUSPENDING, message));
    truths.put(ConditionType.READY, Truth.no(Reason.SUSPENDING));
    truths.put(ConditionType.RECONCILING, Truth.yes(Reason.SUSPENDING));
    truths.put(ConditionType.STALLED, Truth.no(Reason.NOT_STALLED));
    truths.put(ConditionType.COMPLETE, Truth.no(Reason.SUSPENDING));
    truths.put(ConditionType.FAILED, Truth.no(Reason.NOT_FAILED));
    return new Picture(Phase.Suspending, message, truths);
  }

  // What no quota has room for waits for somebody to do something.
  private Picture queued(Decision.Queue decision) {
    Truth truth = Truth.no(decision.hold().reason(), decision.hold().message());
    boolean hopeless = decision.hold() instanceof Hold.TooLarge;
    Map<ConditionType, Truth> truths = truths();
    truths.put(ConditionType.ACCEPTED, accepted(decision.planning()));
    truths.put(ConditionType.RUNNING, Truth.no(Reason.PODS_PENDING, NO_QUOTA_YET));
    truths.put(ConditionType.READY, truth);
    truths.put(ConditionType.RECONCILING, hopeless ? truth : Truth.yes(truth.reason()));
    truths.put(
        ConditionType.STALLED,
        hopeless ? Truth.yes(truth.reason(), truth.message()) : Truth.no(Reason.NOT_STALLED));
    truths.put(ConditionType.COMPLETE, Truth.no(Reason.IN_PROGRESS));
    truths.put(ConditionType.FAILED, Truth.no(Reason.NOT_FAILED));
    return new Picture(Phase.Queued, truth.message(), truths);
  }

  private Picture suspended(Planning planning) {
    Reason reason = Reason.SUSPENDED_BY_USER;
    Map<ConditionType, Truth> truths = atRest(planning, reason);
    truths.put(ConditionType.RUNNING, Truth.no(reason));
    truths.put(ConditionType.SUSPENDED, Truth.yes(reason));
    truths.put(ConditionType.READY, Truth.no(reason));
    truths.put(ConditionType.COMPLETE, Truth.no(reason));
    return new Picture(Phase.Suspended, reason.sentence(), truths);
  }

  private Picture refused(Planning.Refused refused) {
    String message = errors(refused);
    Reason reason = refused.reason();
    Map<ConditionType, Truth> truths = truths();
    truths.put(ConditionType.ACCEPTED, Truth.no(reason, message));
    truths.put(ConditionType.RUNNING, Truth.no(Reason.NOT_STARTED));
    truths.put(ConditionType.READY, Truth.no(reason, message));
    truths.put(ConditionType.RECONCILING, Truth.no(reason));
    truths.put(ConditionType.STALLED, Truth.yes(reason, message));
    truths.put(ConditionType.COMPLETE, Truth.no(Reason.NOT_STARTED));
    truths.put(ConditionType.FAILED, Truth.yes(reason, message));
    return new Picture(Phase.Failed, message, truths);
  }

  private Picture validated(Planning planning) {
    Map<ConditionType, Truth> truths = atRest(planning, Reason.VALIDATED);
    truths.put(ConditionType.RUNNING, Truth.no(Reason.NOT_STARTED));
    truths.put(ConditionType.READY, Truth.yes(Reason.VALIDATED));
    truths.put(ConditionType.COMPLETE, Truth.no(Reason.NOT_STARTED));
    return new Picture(Phase.Pending, Reason.VALIDATED.sentence(), truths);
  }

  private Picture underway(Planning planning, Activity activity) {
    Map<ConditionType, Truth> truths = truths();
    truths.put(ConditionType.ACCEPTED, accepted(planning));
    truths.put(ConditionType.RUNNING, activity.running());
    truths.put(ConditionType.READY, Truth.no(Reason.IN_PROGRESS));
    truths.put(ConditionType.RECONCILING, Truth.yes(Reason.IN_PROGRESS));
    truths.put(ConditionType.STALLED, Truth.no(Reason.NOT_STALLED));
    truths.put(ConditionType.COMPLETE, Truth.no(Reason.IN_PROGRESS));
    truths.put(ConditionType.FAILED, Truth.no(Reason.NOT_FAILED));
    return new Picture(activity.phase(), activity.message(), truths);
  }

  private static Picture waitingForEnd(Picture picture, Decision.Await await) {
    String until =
        switch (await.run().stage()) {
          case PREFLIGHT ->
              "run %d goes on until its sources are looked at, and the change starts then";
          case REFERENCE ->
              "run %d goes on until its reference is scored, and the change starts then";
          case TRAIN, PUBLISH -> "run %d goes on as it began, and the change starts after it";
        };
    String message =
        "%s The spec has changed; %s (delete Job %s to end it now)."
            .formatted(
                picture.message(), until.formatted(await.run().number()), await.attempt().job());
    return new Picture(picture.phase(), message, picture.truths());
  }

  private Picture hindered(Planning planning, List<Obstacle> obstacles) {
    Reason reason = obstacles.getFirst().reason();
    String message = obstacles.stream().map(Obstacle::text).collect(Collectors.joining(" "));
    Map<ConditionType, Truth> truths = truths();
    truths.put(ConditionType.ACCEPTED, accepted(planning));
    truths.put(ConditionType.RUNNING, Truth.no(reason, message));
    truths.put(ConditionType.READY, Truth.no(reason, message));
    truths.put(ConditionType.RECONCILING, Truth.yes(Reason.IN_PROGRESS));
    truths.put(ConditionType.STALLED, Truth.yes(reason, message));
    truths.put(ConditionType.COMPLETE, Truth.no(Reason.IN_PROGRESS));
    truths.put(ConditionType.FAILED, Truth.no(Reason.NOT_FAILED));
    return new Picture(Phase.Pending, message, truths);
  }

  private Picture succeeded(Planning planning, List<Output> outputs) {
    boolean adopted = outputs.stream().anyMatch(output -> Boolean.TRUE.equals(output.adopted()));
    Reason reason = adopted ? Reason.ADOPTED : Reason.COMPLETED;
    String places =
        outputs.stream()
            .map(output -> "%s published to %s.".formatted(output.kind(), output.uri()))
            .collect(Collectors.joining(" "));
    String message = adopted ? places + " " + reason.sentence() : places;
    Map<ConditionType, Truth> truths = atRest(planning, Reason.ENDED);
    truths.put(ConditionType.RUNNING, Truth.no(Reason.ENDED));
    truths.put(ConditionType.READY, Truth.yes(reason, message));
    truths.put(ConditionType.COMPLETE, Truth.yes(reason, message));
    return new Picture(Phase.Succeeded, message, truths);
  }

  private Picture failed(Planning planning, FineTuneJobStatus.Failure failure) {
    Reason reason =
        Optional.ofNullable(failure.reason()).flatMap(Reason::ofText).orElse(Reason.INTERNAL_ERROR);
    String message = "%s %s".formatted(failure.message(), reason.sentence());
    Map<ConditionType, Truth> truths = atRest(planning, Reason.ENDED);
    truths.put(ConditionType.RUNNING, Truth.no(Reason.ENDED));
    truths.put(ConditionType.READY, Truth.no(reason, message));
    truths.put(ConditionType.STALLED, Truth.yes(reason, message));
    truths.put(ConditionType.COMPLETE, Truth.no(reason));
    truths.put(ConditionType.FAILED, Truth.yes(reason, message));
    return new Picture(Phase.Failed, message, truths);
  }

  private Picture rested(Planning planning, FineTuneJobStatus recorded) {
    boolean succeeded = recorded.run() != null && recorded.run().outcome() == Outcome.Succeeded;
    if (succeeded) {
      return succeeded(planning, requireNonNullElse(recorded.outputs(), List.of()));
    }
    return failed(planning, requireNonNullElse(recorded.failure(), StatusParts.UNKNOWN_FAILURE));
  }

  private Map<ConditionType, Truth> atRest(Planning planning, Reason reason) {
    Map<ConditionType, Truth> truths = truths();
    truths.put(ConditionType.ACCEPTED, accepted(planning));
    truths.put(ConditionType.RECONCILING, Truth.no(reason));
    truths.put(ConditionType.STALLED, Truth.no(Reason.NOT_STALLED));
    truths.put(ConditionType.FAILED, Truth.no(Reason.NOT_FAILED));
    return truths;
  }

  private Map<ConditionType, Truth> truths() {
    return new EnumMap<>(
        Map.of(
            ConditionType.SOURCES_READY, sources,
            ConditionType.QUOTA_RESERVED, quota,
            ConditionType.REFERENCE_READY, reference,
            ConditionType.TRAINING_HEALTHY, training,
            ConditionType.CHECKPOINT_AVAILABLE, checkpoint,
            ConditionType.OUTPUT_PUBLISHED, output,
            ConditionType.SUSPENDED, notSuspended()));
  }

  // That a run was resumed is worth saying until its condition turns again.
  private Truth notSuspended() {
    return LastWord.of(ConditionType.SUSPENDED, observation)
        .filter(Painter::wasSuspended)
        .map(before -> Truth.no(Reason.RESUMED))
        .orElseGet(() -> Truth.no(Reason.NOT_SUSPENDED));
  }

  private static boolean wasSuspended(Truth before) {
    return before.status() == Truth.Status.True || before.reason() == Reason.RESUMED;
  }

  private static Truth accepted(Planning planning) {
    return switch (planning) {
      case Planning.Planned planned -> Truth.yes(Reason.VALID);
      case Planning.Refused refused -> Truth.no(refused.reason(), errors(refused));
    };
  }

  private static String errors(Planning.Refused refused) {
    return refused.findings().stream()
        .filter(finding -> finding.severity() == Severity.ERROR)
        .map(Painter::text)
        .collect(Collectors.joining("; "));
  }

  static String text(Finding finding) {
    return finding.path().isEmpty() ? finding.message() : finding.path() + ": " + finding.message();
  }
}
