package io.llmforge.operator.report;

import static java.util.Objects.requireNonNullElse;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.JobCondition;
import io.llmforge.operator.decide.Attempt;
import io.llmforge.operator.decide.Decision;
import io.llmforge.operator.decide.Reason;
import io.llmforge.operator.observe.Observation;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** What condition QuotaReserved says. */
final class QuotaTruth {

  private static final String NO_QUOTA = "No quota stands between the run and its pods.";

  /** Of a run that never had to do with quota. */
  private static final Set<String> UNTOUCHED =
      Set.of(Reason.NOT_STARTED.text(), Reason.NOT_REQUIRED.text());

  private QuotaTruth() {}

  static Truth of(Observation observation, Decision decision) {
    return switch (decision) {
      case Decision.Refuse refuse -> Truth.no(Reason.NOT_STARTED);
      case Decision.Validated validated -> over(Reason.ENDED, observation);
      case Decision.Queue queue -> Truth.no(queue.hold().reason(), queue.hold().message());
      case Decision.Train train ->
          train.attempt() instanceof Attempt.AtWork work
              ? atWork(work.job(), observation)
              : notRequired();
      case Decision.Await await -> atWork(await.attempt().job(), observation);
      case Decision.Suspending suspending -> atWork(suspending.job().name(), observation);
      case Decision.Stopping stopping -> atWork(stopping.job().name(), observation);
      case Decision.BackOff backOff -> over(Reason.NOT_STARTED, observation);
      case Decision.Suspended suspended -> over(Reason.SUSPENDED_BY_USER, observation);
      case Decision.Succeed succeed -> over(Reason.ENDED, observation);
      case Decision.Fail fail -> over(Reason.ENDED, observation);
      case Decision.Rest rest -> over(Reason.ENDED, observation);
    };
  }

  private static Truth atWork(String job, Observation observation) {
    if (observation.queue().queuedJob(job).filter(one -> !one.queue().isEmpty()).isPresent()) {
      return Truth.yes(Reason.ADMITTED);
    }
    return observation.queue().job(job).isPresent() ? Truth.yes(Reason.RESERVED) : notRequired();
  }

  // What was never asked for is not given back.
  private static Truth over(Reason reason, Observation observation) {
    return requireNonNullElse(observation.recorded().conditions(), List.<JobCondition>of()).stream()
            .filter(condition -> condition.type().equals(ConditionType.QUOTA_RESERVED.text()))
            .map(JobCondition::reason)
            .filter(Objects::nonNull)
            .anyMatch(before -> !UNTOUCHED.contains(before))
        ? Truth.no(reason)
        : notRequired();
  }

  private static Truth notRequired() {
    return Truth.yes(Reason.NOT_REQUIRED, NO_QUOTA);
  }
}
