package io.llmforge.operator.report;

import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.operator.decide.Attempt;
import io.llmforge.operator.decide.Decision;
import io.llmforge.operator.decide.Reason;
import io.llmforge.operator.decide.RunState;
import io.llmforge.operator.decide.StepWatch;
import io.llmforge.operator.identity.StopCause;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.StatusAnswer;
import io.llmforge.operator.observe.TrainerPod;
import java.util.Set;

/** What condition TrainingHealthy says. */
final class TrainingTruth {

  private static final Set<Reason> SAYS =
      Set.of(Reason.PROGRESSING, Reason.NO_RECENT_STEP, Reason.REPORT_UNAVAILABLE);

  private static final Truth NOT_TRAINING = Truth.unknown(Reason.NOT_TRAINING);

  private TrainingTruth() {}

  static Truth of(Observation observation, Decision decision) {
    return switch (decision) {
      case Decision.Train train -> underway(observation, train.run(), train.attempt());
      case Decision.Await await -> underway(observation, await.run(), await.attempt());
      case Decision.Stopping stopping ->
          stopping.cause() == StopCause.HANG ? Truth.no(Reason.NO_RECENT_STEP) : NOT_TRAINING;
      case Decision.Queue queue -> NOT_TRAINING;
      case Decision.Refuse refuse -> NOT_TRAINING;
      case Decision.Validated validated -> NOT_TRAINING;
      case Decision.Suspending suspending -> NOT_TRAINING;
      case Decision.BackOff backOff -> NOT_TRAINING;
      case Decision.Suspended suspended -> NOT_TRAINING;
      case Decision.Succeed succeed -> NOT_TRAINING;
      case Decision.Fail fail -> NOT_TRAINING;
      case Decision.Rest rest -> NOT_TRAINING;
    };
  }

  private static Truth underway(Observation observation, RunState run, Attempt attempt) {
    if (!(attempt instanceof Attempt.Underway underway)) {
      return NOT_TRAINING;
    }
    if (underway.pod() instanceof TrainerPod.Exited
        || underway.pod() instanceof TrainerPod.Removed) {
      // Its Job says how it ended in a moment.
      return said(observation);
    }
    return switch (observation.answer()) {
      case StatusAnswer.NotAsked notAsked -> NOT_TRAINING;
      // A trainer that has just begun has no server yet, one that has just ended none any more.
      case StatusAnswer.Missed missed -> isReady(underway.pod()) ? said(observation) : NOT_TRAINING;
      case StatusAnswer.Unavailable unavailable when !isReady(underway.pod()) -> NOT_TRAINING;
      case StatusAnswer.Unavailable unavailable ->
          Truth.unknown(
              Reason.REPORT_UNAVAILABLE,
              "The trainer does not answer: %s. %s"
                  .formatted(unavailable.why(), Reason.REPORT_UNAVAILABLE.sentence()));
      case StatusAnswer.Report(TrainingReport.Running report) when isBeginning(report) ->
          NOT_TRAINING;
      case StatusAnswer.Report report ->
          StepWatch.of(observation, run)
              .filter(watch -> !observation.now().isBefore(watch.warning()))
              .map(TrainingTruth::stale)
              .orElseGet(() -> Truth.yes(Reason.PROGRESSING));
    };
  }

  /** What was said before, as nothing new is known. */
  private static Truth said(Observation observation) {
    return LastWord.of(ConditionType.TRAINING_HEALTHY, observation)
        .filter(truth -> SAYS.contains(truth.reason()))
        .orElse(NOT_TRAINING);
  }

  private static boolean isBeginning(TrainingReport.Running report) {
    return switch (report.phase()) {
      case LOADING, TOKENIZING -> true;
      case SCORING, TRAINING, EVALUATING, SAVING, PUBLISHING -> false;
    };
  }

  private static boolean isReady(TrainerPod pod) {
    return pod instanceof TrainerPod.Running running && running.ready();
  }

  private static Truth stale(StepWatch watch) {
    return Truth.no(
        Reason.NO_RECENT_STEP,
        "No step has ended since %s; the attempt is stopped at %s. %s"
            .formatted(
                RunRecord.text(watch.lastMove()),
                RunRecord.text(watch.end()),
                Reason.NO_RECENT_STEP.sentence()));
  }
}
