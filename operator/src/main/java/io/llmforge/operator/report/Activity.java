package io.llmforge.operator.report;

import static java.util.Objects.requireNonNullElse;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.operator.decide.Attempt;
import io.llmforge.operator.decide.Decision;
import io.llmforge.operator.decide.Failure;
import io.llmforge.operator.decide.Reason;
import io.llmforge.operator.decide.RunState;
import io.llmforge.operator.identity.Stage;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.StatusAnswer;
import io.llmforge.operator.observe.TrainerPod;

/**
 * What an attempt is at.
 *
 * @param phase in one word
 * @param message in one sentence
 * @param running what condition Running says
 */
record Activity(Phase phase, String message, Truth running) {

  private static final String WAITS_FOR_SCORES =
      "The trainer waits for the scores of its next pairs; condition ReferenceReady says how far they are.";

  static Activity of(RunState run, Attempt attempt, Observation observation) {
    return switch (attempt) {
      case Attempt.First first -> beginning(run.stage(), Truth.no(Reason.STARTING));
      case Attempt.Again again ->
          beginning(run.stage(), Truth.no(Reason.RESTARTING, restarting(again)));
      case Attempt.Checking checking ->
          beginning(run.stage(), SinglePod.of(checking).running(run, observation));
      case Attempt.Scoring scoring -> ScoringActivity.of(run, scoring.work(), observation);
      case Attempt.Underway underway -> underway(run, underway, observation);
      case Attempt.Publishing publishing ->
          beginning(run.stage(), SinglePod.of(publishing).running(run, observation));
    };
  }

  /** An attempt that the operator ends. */
  static Activity of(Decision.Stopping stopping, Observation observation) {
    Failure failure = stopping.failure(observation);
    String message =
        "Job %s is being stopped: %s.".formatted(stopping.job().name(), failure.message());
    Phase phase = requireNonNullElse(observation.recorded().phase(), Phase.Starting);
    return new Activity(phase, message, Truth.no(failure.reason(), message));
  }

  /** An attempt that has to wait. */
  static Activity of(Decision.BackOff backOff) {
    Failure previous = backOff.attempt().previous();
    String message =
        "%s: %s; attempt %d starts at %s. %s"
            .formatted(
                previous.reason().text(),
                previous.message(),
                backOff.run().attempt(),
                RunRecord.text(backOff.until()),
                Reason.BACKING_OFF.sentence());
    return beginning(backOff.run().stage(), Truth.no(Reason.BACKING_OFF, message));
  }

  private static Activity beginning(Stage stage, Truth running) {
    return switch (stage) {
      case PREFLIGHT -> new Activity(Phase.Validating, running.message(), running);
      case REFERENCE -> new Activity(Phase.Scoring, running.message(), running);
      case TRAIN -> starting(running);
      case PUBLISH -> new Activity(Phase.Publishing, running.message(), running);
    };
  }

  private static Activity underway(
      RunState run, Attempt.Underway attempt, Observation observation) {
    return switch (attempt.pod()) {
      case TrainerPod.Absent absent ->
          starting(LastWord.unlessNews(noPod(attempt.job()), run, observation));
      case TrainerPod.Waiting waiting ->
          starting(LastWord.unlessNews(waiting(waiting), run, observation));
      case TrainerPod.Running running -> running(running, observation);
      case TrainerPod.Exited exited -> ending(observation);
      case TrainerPod.Removed removed -> ending(observation);
    };
  }

  static Truth noPod(String job) {
    return Truth.no(
        Reason.PODS_PENDING,
        "Job %s has no pod yet; if it stays so, its events say why (kubectl describe job %s)."
            .formatted(job, job));
  }

  private static Activity starting(Truth running) {
    return new Activity(Phase.Starting, running.message(), running);
  }

  // The trainer has ended, and its Job says how in a moment: no news until then.
  private static Activity ending(Observation observation) {
    Phase phase = requireNonNullElse(observation.recorded().phase(), Phase.Starting);
    String message = requireNonNullElse(observation.recorded().message(), Reason.ENDED.sentence());
    return new Activity(
        phase,
        message,
        LastWord.of(ConditionType.RUNNING, observation).orElseGet(() -> Truth.no(Reason.ENDED)));
  }

  static Truth waiting(TrainerPod.Waiting waiting) {
    Reason reason =
        switch (waiting.cause()) {
          case SCHEDULING -> Reason.UNSCHEDULABLE;
          case IMAGE -> Reason.IMAGE_PULL_FAILED;
          case CONTAINER -> Reason.CONTAINER_NOT_CREATED;
          case SOURCES -> Reason.FETCHING_SOURCES;
          case START -> Reason.PODS_PENDING;
        };
    if (reason == Reason.FETCHING_SOURCES) {
      return Truth.no(reason);
    }
    String what = waiting.message().isEmpty() ? "waits to be started" : waiting.message();
    return Truth.no(reason, "Pod %s: %s. %s".formatted(waiting.name(), what, reason.sentence()));
  }

  private static Activity running(TrainerPod.Running pod, Observation observation) {
    if (observation.answer() instanceof StatusAnswer.Report(TrainingReport.Running report)) {
      return reporting(report);
    }
    if (!pod.ready()) {
      return starting(Truth.no(Reason.LOADING));
    }
    return new Activity(
        Phase.Training, Reason.ALL_PODS_READY.sentence(), Truth.yes(Reason.ALL_PODS_READY));
  }

  private static Activity reporting(TrainingReport.Running report) {
    String message = ProgressText.sentence(report);
    return switch (report.phase()) {
      case LOADING, TOKENIZING -> starting(Truth.no(Reason.LOADING));
      case SCORING ->
          new Activity(
              Phase.Scoring, WAITS_FOR_SCORES, Truth.yes(Reason.SCORING, WAITS_FOR_SCORES));
      case TRAINING, EVALUATING, SAVING ->
          new Activity(Phase.Training, message, Truth.yes(Reason.ALL_PODS_READY));
      case PUBLISHING -> new Activity(Phase.Publishing, message, Truth.yes(Reason.ALL_PODS_READY));
    };
  }

  private static String restarting(Attempt.Again again) {
    Failure previous = again.previous();
    return "%s: %s. %s"
        .formatted(previous.reason().text(), previous.message(), Reason.RESTARTING.sentence());
  }
}
