package io.llmforge.operator.report;

import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.operator.decide.Attempt;
import io.llmforge.operator.decide.Decision;
import io.llmforge.operator.decide.RunState;
import io.llmforge.operator.identity.Stage;
import io.llmforge.operator.observe.LastWords;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.StatusAnswer;
import io.llmforge.operator.observe.TrainerPod;
import java.util.Optional;

/**
 * The newest a trainer has said of its progress: what it answers while it works, its last words
 * then. Pods of a stopped Job are deleted, so their words are read as soon as they are there.
 */
final class NewestReport {

  private NewestReport() {}

  static Optional<TrainingReport> of(Observation observation, Decision decision) {
    return switch (decision) {
      case Decision.Succeed succeed -> Optional.of(end(observation, succeed));
      case Decision.Train train -> of(observation, train.run(), train.attempt());
      case Decision.Queue queue -> of(observation, queue.run(), queue.attempt());
      case Decision.Await await -> of(observation, await.run(), await.attempt());
      case Decision.BackOff backOff -> words(observation, backOff.run());
      case Decision.Suspended suspended -> words(observation, suspended.run());
      case Decision.Suspending suspending -> words(observation, suspending.run());
      case Decision.Stopping stopping -> words(observation, stopping.run());
      case Decision.Fail fail -> words(observation, fail.run());
      case Decision.Refuse refuse -> Optional.empty();
      case Decision.Validated validated -> Optional.empty();
      case Decision.Rest rest -> Optional.empty();
    };
  }

  private static Optional<TrainingReport> of(
      Observation observation, RunState run, Attempt attempt) {
    return switch (attempt) {
      case Attempt.First first ->
          run.stage() == Stage.PUBLISH ? words(observation, run) : Optional.empty();
      case Attempt.Again again -> words(observation, run);
      case Attempt.Checking checking -> Optional.empty();
      case Attempt.Scoring scoring -> Optional.empty();
      case Attempt.Publishing publishing -> words(observation, run);
      case Attempt.Underway underway ->
          observation.answer() instanceof StatusAnswer.Report(TrainingReport report)
              ? Optional.of(report)
              : Optional.empty();
    };
  }

  // Whoever brought a result to its place knows of its training what lies beside it.
  private static TrainingReport end(Observation observation, Decision.Succeed succeed) {
    return succeed.run().stage() == Stage.PUBLISH
        ? words(observation, succeed.run()).orElse(succeed.report())
        : succeed.report();
  }

  // A trainer that ended before it knew its data knows less than what is recorded.
  private static Optional<TrainingReport> words(Observation observation, RunState run) {
    return observation.newestJob(run.number(), Stage.TRAIN).stream()
        .flatMap(job -> job.newestPods().stream())
        .flatMap(
            pod ->
                pod instanceof TrainerPod.Exited exited
                        && exited.words() instanceof LastWords.Report words
                    ? Optional.of(words.report()).stream()
                    : Optional.<TrainingReport>empty().stream())
        .filter(report -> report.progress().totalSteps() > 0)
        .findFirst();
  }
}
