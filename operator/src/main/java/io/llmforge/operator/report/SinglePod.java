package io.llmforge.operator.report;

import io.llmforge.operator.decide.Reason;
import io.llmforge.operator.observe.TrainerPod;

/** What condition Running says of a stage that one pod without a status server works at. */
final class SinglePod {

  private SinglePod() {}

  /**
   * Of a pod.
   *
   * @param job name of its Job
   * @param atWork what it is at
   */
  static Truth running(String job, TrainerPod pod, Reason atWork) {
    return switch (pod) {
      case TrainerPod.Absent absent -> Truth.no(Reason.PODS_PENDING, Activity.noPod(job));
      case TrainerPod.Waiting waiting -> Activity.waiting(waiting);
      // Its Job will say how it ended in a moment: no news until then.
      case TrainerPod.Running running -> Truth.yes(atWork);
      case TrainerPod.Exited exited -> Truth.yes(atWork);
      case TrainerPod.Removed removed -> Truth.yes(atWork);
    };
  }
}
