package io.llmforge.operator.decide;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Checkpoint;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Checkpoints;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Progress;
import io.llmforge.crds.plan.FailureCode.FailureClass;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.operator.identity.Stage;
import io.llmforge.operator.identity.StopCause;
import io.llmforge.operator.observe.LastWords;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.StageJob;
import io.llmforge.operator.observe.TrainerPod;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** Judges an attempt that the operator stopped: one that had completed before has. */
final class StopJudge {

  private StopJudge() {}

  static StopCause cause(StageJob job) {
    return job.past().stopped().orElse(StopCause.SUSPENDED);
  }

  static AttemptEnd judge(StageJob job, Observation observation) {
    AttemptEnd end =
        switch (job.mark().stage()) {
          case PREFLIGHT, REFERENCE -> AttemptJudge.interrupted(job);
          case TRAIN, PUBLISH -> AttemptJudge.judgeStopped(job);
        };
    return switch (end) {
      case AttemptEnd.StageDone done -> done;
      case AttemptEnd.Completed completed -> completed;
      case AttemptEnd.Failed failed ->
          switch (cause(job)) {
            case SUSPENDED, WITHDRAWN, EVICTED, UNNEEDED -> failed;
            case HANG, DEADLINE, START_DEADLINE, PODS_NOT_READY, REFERENCE_ENDED ->
                new AttemptEnd.Failed(failure(cause(job), job, observation));
          };
    };
  }

  /** The failure that a stop is for the run; a suspension is none. */
  static Failure failure(StopCause cause, StageJob job, Observation observation) {
    return switch (cause) {
      case SUSPENDED, WITHDRAWN, EVICTED ->
          failure(Reason.SUSPENDED_BY_USER, FailureClass.RESUME, "");
      case REFERENCE_ENDED -> reference(job, observation);
      case UNNEEDED ->
          failure(
              Reason.ENDED, FailureClass.RESUME, "no trainer of the run needs what it would score");
      case HANG ->
          failure(
              Reason.HANG,
              FailureClass.RETRY,
              "the trainer of Job %s was stopped: no step had ended since %s, which is longer than hangTimeoutSeconds"
                  .formatted(job.name(), lastChange(observation)));
      case DEADLINE ->
          failure(
              Reason.DEADLINE_EXCEEDED,
              FailureClass.FATAL,
              "the run was stopped after activeDeadlineSeconds at work; %s"
                  .formatted(checkpoint(job, observation)));
      case START_DEADLINE -> neverStarted();
      case PODS_NOT_READY ->
          failure(
              Reason.PODS_NOT_READY,
              FailureClass.RETRY,
              "not all pods of Job %s began to work within podsReadyTimeoutSeconds"
                  .formatted(job.name()));
    };
  }

  private static Failure reference(StageJob job, Observation observation) {
    return observation
        .newestJob(job.mark().run(), Stage.REFERENCE)
        .filter(reference -> reference.state() == StageJob.State.FAILED)
        .map(ReferenceJudge::judge)
        .orElseGet(
            () ->
                failure(
                    Reason.REFERENCE_STOPPED,
                    FailureClass.RESUME,
                    "the pods that score were stopped before they were done"));
  }

  /** The failure of a run of which no pod ever worked. */
  static Failure neverStarted() {
    return failure(
        Reason.START_DEADLINE_EXCEEDED,
        FailureClass.FATAL,
        "no pod of the run began to work within startDeadlineSeconds");
  }

  private static Failure failure(Reason reason, FailureClass failureClass, String message) {
    return new Failure(reason, failureClass, message, "", OptionalInt.empty());
  }

  private static String lastChange(Observation observation) {
    return Optional.ofNullable(observation.recorded().progress())
        .map(Progress::lastChangeTime)
        .orElse("it began");
  }

  private static String checkpoint(StageJob job, Observation observation) {
    Stream<String> said =
        job.newestPods().stream()
            .flatMap(
                pod ->
                    pod instanceof TrainerPod.Exited exited
                            && exited.words()
                                instanceof LastWords.Report(TrainingReport.Stopped stopped)
                        ? Stream.of(stopped.checkpoint())
                        : Stream.<String>empty());
    Stream<String> recorded =
        Optional.ofNullable(observation.recorded().checkpoints())
            .map(Checkpoints::latest)
            .map(Checkpoint::id)
            .stream();
    return Stream.concat(said, recorded)
        .findFirst()
        .map("its newest checkpoint is %s"::formatted)
        .orElse("it has no checkpoint");
  }
}
