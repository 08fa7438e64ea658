package io.llmforge.operator.decide;

import io.llmforge.operator.observe.StageJob;

/**
 * Decisions as the tables of tests write them: what is done, at which stage, {@code run/attempt}.
 */
final class DecisionText {

  private DecisionText() {}

  static String of(Decision decision) {
    return switch (decision) {
      case Decision.Refuse refuse -> "Refuse";
      case Decision.Validated validated -> "Validated " + of(validated.run());
      case Decision.Train train ->
          "%s %s".formatted(of(train.run()), train.attempt().getClass().getSimpleName());
      case Decision.Queue queue -> "Queue " + of(queue.run());
      case Decision.Await await -> "Await " + of(await.run());
      case Decision.Suspending suspending -> "Suspending " + of(suspending.job());
      case Decision.Stopping stopping ->
          "Stopping %s %s".formatted(of(stopping.job()), stopping.cause());
      case Decision.BackOff backOff -> "BackOff " + of(backOff.run());
      case Decision.Suspended suspended -> "Suspended " + of(suspended.run());
      case Decision.Succeed succeed -> "Succeed " + of(succeed.run());
      case Decision.Fail fail ->
          "Fail %s %s".formatted(fail.failure().reason(), fail.run().stage().label());
      case Decision.Rest rest -> "Rest " + of(rest.run());
    };
  }

  private static String of(RunState run) {
    return "%s %d/%d".formatted(run.stage().label(), run.number(), run.attempt());
  }

  private static String of(StageJob job) {
    return "%s %d/%d".formatted(job.mark().stage().label(), job.mark().run(), job.mark().attempt());
  }
}
