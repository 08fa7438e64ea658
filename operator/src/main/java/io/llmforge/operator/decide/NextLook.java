package io.llmforge.operator.decide;

import io.llmforge.operator.observe.Observation;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/** When the passing of time alone makes another decision, or another status, possible. */
public final class NextLook {

  private NextLook() {}

  /** The earliest such time after now; empty when only an event can change anything. */
  public static Optional<Instant> at(Observation observation, Decision decision) {
    return times(observation, decision)
        .filter(observation.now()::isBefore)
        .min(Comparator.naturalOrder());
  }

  private static Stream<Instant> times(Observation observation, Decision decision) {
    return switch (decision) {
      case Decision.BackOff backOff -> Stream.of(backOff.until());
      case Decision.Train train ->
          train.attempt() instanceof Attempt.AtWork
              ? atWork(observation, train.run())
              : TimeLimit.start(observation, train.run()).map(TimeLimit::at).stream();
      case Decision.Queue queue ->
          TimeLimit.start(observation, queue.run()).map(TimeLimit::at).stream();
      case Decision.Await await -> atWork(observation, await.run());
      case Decision.Refuse refuse -> Stream.empty();
      case Decision.Validated validated -> Stream.empty();
      case Decision.Suspending suspending -> Stream.empty();
      case Decision.Stopping stopping -> Stream.empty();
      case Decision.Suspended suspended -> Stream.empty();
      case Decision.Succeed succeed -> Stream.empty();
      case Decision.Fail fail -> Stream.empty();
      case Decision.Rest rest -> Stream.empty();
    };
  }

  private static Stream<Instant> atWork(Observation observation, RunState run) {
    Stream<Instant> limits =
        observation.job(run.number(), run.stage(), run.attempt()).stream()
            .flatMap(job -> TimeLimit.of(observation, run, job).stream())
            .map(TimeLimit::at);
    return Stream.of(
            limits,
            StepWatch.of(observation, run).map(StepWatch::warning).stream(),
            PodPatience.end(observation, run).stream())
        .flatMap(times -> times);
  }
}
