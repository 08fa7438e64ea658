package io.llmforge.operator.decide;

import io.llmforge.crds.plan.FailureCode;
import io.llmforge.crds.plan.FailureCode.FailureClass;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.operator.identity.Stage;
import io.llmforge.operator.observe.IndexedPod;
import io.llmforge.operator.observe.LastWords;
import io.llmforge.operator.observe.StageJob;
import io.llmforge.operator.observe.TrainerPod;
import io.llmforge.operator.observe.TrainerPod.Kill;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Judges how an attempt ended. The trainer's last words prove completion and explain failure; its
 * exit code says what kind of failure it is.
 */
final class AttemptJudge {

  private static final int ABORTED = 134;
  private static final int KILLED = 137;
  private static final int SEGMENTATION_FAULT = 139;
  private static final int TERMINATED = 143;

  /** Conditions are read in a terminal: the end of a log is cut to this many characters. */
  private static final int LONGEST_QUOTE = 600;

  private AttemptJudge() {}

  /** How the attempt of a Job ended that is not active any more. */
  static AttemptEnd judge(StageJob job) {
    return job.shards().total() > 1 && job.state() == StageJob.State.FAILED
        ? judgeGroup(job)
        : judge(job, job.pod());
  }

  /** How the attempt of several pods ended: as the one to blame did. */
  private static AttemptEnd judgeGroup(StageJob job) {
    Optional<IndexedPod> cause = RootCause.of(job);
    if (cause.isEmpty()) {
      return lost(job, "no pod of Job %s is left that failed");
    }
    return switch (judge(job, cause.get().pod())) {
      case AttemptEnd.StageDone done -> done;
      case AttemptEnd.Completed completed -> completed;
      case AttemptEnd.Failed(Failure failure) ->
          new AttemptEnd.Failed(
              failure.because(
                  failure.failureClass(),
                  "rank %d of %d: %s"
                      .formatted(cause.get().index(), job.shards().total(), failure.message())));
    };
  }

  private static AttemptEnd judge(StageJob job, TrainerPod pod) {
    return switch (pod) {
      case TrainerPod.Exited exited -> judge(exited, job.mark().stage());
      case TrainerPod.Removed removed -> new AttemptEnd.Failed(failure(removed));
      case TrainerPod.Absent absent -> lost(job, "the pod of Job %s is gone");
      case TrainerPod.Waiting waiting -> lost(job, unfinished(waiting.name()));
      case TrainerPod.Running running -> lost(job, unfinished(running.name()));
    };
  }

  /**
   * How the attempt of a Job ended whose pods were stopped: one that was done before is; every
   * other is interrupted, and nobody is to blame.
   */
  static AttemptEnd judgeStopped(StageJob job) {
    if (job.pod() instanceof TrainerPod.Exited exited && exited.exitCode() == 0) {
      return switch (judge(exited, job.mark().stage())) {
        case AttemptEnd.StageDone done -> done;
        case AttemptEnd.Completed completed -> completed;
        case AttemptEnd.Failed failed -> interrupted(job);
      };
    }
    return interrupted(job);
  }

  /** The end of an attempt that was stopped before it was done. */
  static AttemptEnd interrupted(StageJob job) {
    return new AttemptEnd.Failed(
        new Failure(
            Reason.SUSPENDED_BY_USER,
            FailureClass.RESUME,
            "Job %s was stopped".formatted(job.name()),
            "",
            OptionalInt.empty()));
  }

  /** The failure of an attempt whose Job or pod was deleted. */
  static Failure lost(String message) {
    return new Failure(
        Reason.POD_LOST,
        FailureClass.RETRY,
        message + ", and its last words with it",
        "",
        OptionalInt.empty());
  }

  private static AttemptEnd lost(StageJob job, String message) {
    return new AttemptEnd.Failed(lost(message.formatted(job.name())));
  }

  private static String unfinished(String pod) {
    return "Job %%s ended before its pod %s did".formatted(pod);
  }

  private static AttemptEnd judge(TrainerPod.Exited exited, Stage stage) {
    if (exited.exitCode() == 0) {
      return judgeSuccess(exited, stage);
    }
    return new AttemptEnd.Failed(failure(exited));
  }

  private static AttemptEnd judgeSuccess(TrainerPod.Exited exited, Stage stage) {
    if (exited.words() instanceof LastWords.Report(TrainingReport.Completed report)) {
      return new AttemptEnd.Completed(report);
    }
    if (exited.words() instanceof LastWords.Report(TrainingReport.Trained report)
        && stage == Stage.TRAIN) {
      return new AttemptEnd.StageDone();
    }
    return new AttemptEnd.Failed(
        failure(
            exited,
            Reason.UNPROVEN_COMPLETION,
            FailureClass.FATAL,
            "the trainer exited with 0 but its last words report no completion"));
  }

  /** Why a trainer that did not exit with 0 failed. */
  static Failure failure(TrainerPod.Exited exited) {
    if (exited.kill() == Kill.OUT_OF_MEMORY) {
      return failure(
          exited,
          Reason.HOST_OUT_OF_MEMORY,
          FailureClass.FATAL,
          "the trainer used more memory than its limit and was killed");
    }
    Optional<FailureCode> code = code(exited);
    if (code.isPresent()) {
      return failure(exited, Reason.of(code.get()), code.get().failureClass(), said(exited));
    }
    return switch (exited.exitCode()) {
      case KILLED, TERMINATED -> killed(exited);
      case ABORTED, SEGMENTATION_FAULT ->
          failure(exited, Reason.NATIVE_CRASH, FailureClass.RETRY, said(exited));
      default -> failure(exited, Reason.UNEXPECTED_EXIT, FailureClass.RETRY, said(exited));
    };
  }

  private static Failure killed(TrainerPod.Exited exited) {
    FailureClass failureClass =
        exited.kill() == Kill.DISRUPTION ? FailureClass.RESUME : FailureClass.RETRY;
    return failure(
        exited, Reason.KILLED, failureClass, "the trainer was killed before it could save");
  }

  // The exit code is what Kubernetes saw; words count where it says nothing.
  private static Optional<FailureCode> code(TrainerPod.Exited exited) {
    Optional<FailureCode> code = FailureCode.ofExitCode(exited.exitCode());
    if (code.isEmpty()
        && exited.words() instanceof LastWords.Report(TrainingReport.Failed failed)) {
      return Optional.of(failed.code());
    }
    return code;
  }

  /** Why a trainer failed whose pod was taken away. */
  static Failure failure(TrainerPod.Removed removed) {
    FailureClass failureClass =
        switch (removed.kill()) {
          case DISRUPTION -> FailureClass.RESUME;
          case OUT_OF_MEMORY -> FailureClass.FATAL;
          case NONE -> FailureClass.RETRY;
        };
    Reason reason =
        removed.kill() == Kill.OUT_OF_MEMORY ? Reason.HOST_OUT_OF_MEMORY : Reason.POD_LOST;
    return new Failure(
        reason,
        failureClass,
        "pod %s was removed: %s".formatted(removed.name(), quote(removed.message())),
        removed.name(),
        OptionalInt.empty());
  }

  private static Failure failure(
      TrainerPod.Exited exited, Reason reason, FailureClass failureClass, String message) {
    return new Failure(
        reason, failureClass, message, exited.name(), OptionalInt.of(exited.exitCode()));
  }

  private static String said(TrainerPod.Exited exited) {
    String exit = "the trainer exited with %d".formatted(exited.exitCode());
    return switch (exited.words()) {
      case LastWords.Report report -> said(report.report(), exit);
      case LastWords.Text text -> "%s; its log ends: %s".formatted(exit, quote(text.text()));
      case LastWords.Silence silence -> exit + " and without last words";
    };
  }

  private static String said(TrainingReport report, String exit) {
    return switch (report) {
      case TrainingReport.Failed failed -> failed.message();
      case TrainingReport.Stopped stopped ->
          "stopped at step %d; continues from %s"
              .formatted(stopped.progress().step(), stopped.checkpoint());
      case TrainingReport.Running running -> "%s while it was %s".formatted(exit, running.phase());
      case TrainingReport.Trained trained -> "%s after it had trained".formatted(exit);
      case TrainingReport.Completed completed ->
          "%s after it had reported completion".formatted(exit);
    };
  }

  private static String quote(String text) {
    String line = text.strip();
    if (line.isEmpty()) {
      return "nothing is said about it";
    }
    return line.length() <= LONGEST_QUOTE
        ? line
        : "..." + line.substring(line.length() - LONGEST_QUOTE);
  }
}
