package io.llmforge.operator.report;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.AttemptStatus;
import io.llmforge.operator.decide.Attempt;
import io.llmforge.operator.decide.AttemptHistory;
import io.llmforge.operator.decide.Decision;
import io.llmforge.operator.decide.Failure;
import io.llmforge.operator.decide.LastStep;
import io.llmforge.operator.decide.RunState;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.StageJob;
import io.llmforge.operator.observe.TrainerPod;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Records the attempts of the run that a decision speaks of. */
record AttemptsRecord(Observation observation) {

  /** Null while there is none. */
  static @Nullable List<AttemptStatus> of(Observation observation, Decision decision) {
    List<AttemptStatus> attempts = new AttemptsRecord(observation).after(decision);
    return attempts.isEmpty() ? null : attempts;
  }

  private List<AttemptStatus> after(Decision decision) {
    return switch (decision) {
      case Decision.Refuse refuse -> recorded();
      case Decision.Validated validated -> recorded();
      case Decision.Rest rest -> recorded();
      case Decision.Train train -> after(train.run(), train.attempt());
      case Decision.Queue queue -> after(queue.run(), queue.attempt());
      case Decision.BackOff backOff -> after(backOff.run(), backOff.attempt());
      case Decision.Suspended suspended -> after(suspended.run(), suspended.attempt());
      case Decision.Await await -> after(await.run(), await.attempt());
      case Decision.Suspending suspending -> underway(suspending.run());
      case Decision.Stopping stopping -> underway(stopping.run());
      case Decision.Succeed succeed -> {
        RunState run = succeed.run();
        yield history(run)
            .completed(run.attempt(), job(run, run.attempt()), succeed.report(), observation.now())
            .newestFirst();
      }
      case Decision.Fail fail -> {
        RunState run = fail.run();
        yield failed(run, run.attempt(), fail.failure());
      }
    };
  }

  private List<AttemptStatus> after(RunState run, Attempt attempt) {
    return switch (attempt) {
      case Attempt.First first -> history(run).newestFirst();
      case Attempt.Again again -> failed(run, run.attempt() - 1, again.previous());
      case Attempt.AtWork atWork -> underway(run);
    };
  }

  private List<AttemptStatus> failed(RunState run, int attempt, Failure failure) {
    return history(run)
        .failed(
            attempt,
            job(run, attempt),
            failure,
            LastStep.of(observation, run, attempt),
            observation.now())
        .newestFirst();
  }

  // The name of its Job alone is told elsewhere.
  private List<AttemptStatus> underway(RunState run) {
    AttemptHistory history = history(run);
    return job(run, run.attempt())
        .filter(AttemptsRecord::hasBegun)
        .map(job -> history.underway(run.attempt(), job))
        .orElse(history)
        .newestFirst();
  }

  private static boolean hasBegun(StageJob job) {
    return job.newestPods().stream().anyMatch(pod -> !(pod instanceof TrainerPod.Waiting));
  }

  private AttemptHistory history(RunState run) {
    return AttemptHistory.of(observation, run.number());
  }

  private Optional<StageJob> job(RunState run, int attempt) {
    return observation.job(run.number(), run.stage(), attempt);
  }

  private List<AttemptStatus> recorded() {
    @Nullable List<AttemptStatus> recorded = observation.recorded().attempts();
    return recorded == null ? List.of() : recorded;
  }
}
