package io.llmforge.operator.decide;

import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.operator.observe.LastWords;
import io.llmforge.operator.observe.StageJob;
import io.llmforge.operator.observe.TrainerPod;

/** Judges how an attempt ended whose Job has ended, each stage by what proves that it is done. */
final class StageJudge {

  private StageJudge() {}

  static AttemptEnd judge(StageJob job) {
    return switch (job.mark().stage()) {
      case PREFLIGHT -> isComplete(job) ? looked(job) : AttemptJudge.judge(job);
      case REFERENCE ->
          isComplete(job)
              ? new AttemptEnd.StageDone()
              : new AttemptEnd.Failed(ReferenceJudge.judge(job));
      case TRAIN, PUBLISH -> AttemptJudge.judge(job);
    };
  }

  // Where the result of the same content lies already, nothing comes after the look.
  private static AttemptEnd looked(StageJob job) {
    return job.pod() instanceof TrainerPod.Exited exited
            && exited.words() instanceof LastWords.Report(TrainingReport.Completed report)
            && report.origin() == TrainingReport.Origin.ADOPTED
        ? new AttemptEnd.Completed(report)
        : new AttemptEnd.StageDone();
  }

  // Whatever comes after these stages looks at what they left: an exit code is proof enough.
  private static boolean isComplete(StageJob job) {
    return job.state() == StageJob.State.COMPLETE;
  }
}
