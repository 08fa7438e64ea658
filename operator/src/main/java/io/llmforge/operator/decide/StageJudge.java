package io.llmforge.operator.decide;

import io.llmforge.operator.observe.StageJob;

/** Judges how an attempt ended whose Job has ended, each stage by what proves that it is done. */
final class StageJudge {

  private StageJudge() {}

  static AttemptEnd judge(StageJob job) {
    return switch (job.mark().stage()) {
      case PREFLIGHT -> isComplete(job) ? new AttemptEnd.StageDone() : AttemptJudge.judge(job);
      case REFERENCE ->
          isComplete(job)
              ? new AttemptEnd.StageDone()
              : new AttemptEnd.Failed(ReferenceJudge.judge(job));
      case TRAIN -> AttemptJudge.judge(job);
    };
  }

  // Whatever comes after these stages looks at what they left: an exit code is proof enough.
  private static boolean isComplete(StageJob job) {
    return job.state() == StageJob.State.COMPLETE;
  }
}
