package io.llmforge.operator.report;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.operator.decide.Attempt;
import io.llmforge.operator.decide.Reason;
import io.llmforge.operator.decide.RunState;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.TrainerPod;

/** What the pod is at that looks at a run before an accelerator is asked for. */
final class PreflightActivity {

  private PreflightActivity() {}

  static Activity of(RunState run, Attempt.Checking attempt, Observation observation) {
    Truth running = running(run, attempt, observation);
    return new Activity(Phase.Validating, running.message(), running);
  }

  static Truth running(RunState run, Attempt.Checking attempt, Observation observation) {
    return LastWord.unlessNews(running(attempt), run, observation);
  }

  private static Truth running(Attempt.Checking attempt) {
    return switch (attempt.pod()) {
      case TrainerPod.Absent absent -> Activity.noPod(attempt.job());
      case TrainerPod.Waiting waiting -> Activity.waiting(waiting);
      // Its Job will say how it ended in a moment: no news until then.
      case TrainerPod.Running running -> Truth.yes(Reason.VALIDATING);
      case TrainerPod.Exited exited -> Truth.yes(Reason.VALIDATING);
      case TrainerPod.Removed removed -> Truth.yes(Reason.VALIDATING);
    };
  }
}
