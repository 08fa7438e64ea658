package io.llmforge.operator.report;

import static java.util.Objects.requireNonNullElse;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.JobCondition;
import io.llmforge.operator.decide.PodPatience;
import io.llmforge.operator.decide.Reason;
import io.llmforge.operator.decide.RunState;
import io.llmforge.operator.observe.Observation;
import java.util.List;
import java.util.Optional;

/** What a condition said last, for moments that are over before anybody has read of them. */
final class LastWord {

  private LastWord() {}

  /** That pods are on their way is no news as long as they may well be. */
  static Truth unlessNews(Truth running, RunState run, Observation observation) {
    return running.reason() == Reason.PODS_PENDING && PodPatience.lasts(observation, run)
        ? of(ConditionType.RUNNING, observation)
            .filter(LastWord::isBeginning)
            .orElseGet(() -> Truth.no(Reason.STARTING))
        : running;
  }

  static Optional<Truth> of(ConditionType type, Observation observation) {
    return requireNonNullElse(observation.recorded().conditions(), List.<JobCondition>of()).stream()
        .filter(condition -> condition.type().equals(type.text()))
        .findFirst()
        .flatMap(LastWord::truth);
  }

  private static boolean isBeginning(Truth running) {
    return running.reason() == Reason.STARTING || running.reason() == Reason.RESTARTING;
  }

  private static Optional<Truth> truth(JobCondition condition) {
    return Optional.ofNullable(condition.reason())
        .flatMap(Reason::ofText)
        .map(
            reason ->
                new Truth(
                    Truth.Status.valueOf(condition.status()),
                    reason,
                    requireNonNullElse(condition.message(), "")));
  }
}
