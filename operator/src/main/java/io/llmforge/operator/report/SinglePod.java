package io.llmforge.operator.report;

import static java.util.Objects.requireNonNull;

import io.llmforge.operator.decide.Attempt;
import io.llmforge.operator.decide.Reason;
import io.llmforge.operator.decide.RunState;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.TrainerPod;

/**
 * The pod of a stage that one pod without a status server works at.
 *
 * @param job name of its Job
 * @param pod the pod
 * @param atWork what it is at
 */
record SinglePod(String job, TrainerPod pod, Reason atWork) {

  SinglePod {
    requireNonNull(job, "job");
    requireNonNull(pod, "pod");
    requireNonNull(atWork, "atWork");
  }

  static SinglePod of(Attempt.Checking checking) {
    return new SinglePod(checking.job(), checking.pod(), Reason.VALIDATING);
  }

  static SinglePod of(Attempt.Publishing publishing) {
    return new SinglePod(publishing.job(), publishing.pod(), Reason.PUBLISHING);
  }

  /** What condition Running says. */
  Truth running(RunState run, Observation observation) {
    return LastWord.unlessNews(running(), run, observation);
  }

  private Truth running() {
    return switch (pod) {
      case TrainerPod.Absent absent -> Activity.noPod(job);
      case TrainerPod.Waiting waiting -> Activity.waiting(waiting);
      // Its Job will say how it ended in a moment: no news until then.
      case TrainerPod.Running running -> Truth.yes(atWork);
      case TrainerPod.Exited exited -> Truth.yes(atWork);
      case TrainerPod.Removed removed -> Truth.yes(atWork);
    };
  }
}
