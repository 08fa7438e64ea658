package io.llmforge.operator;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Run;
import io.llmforge.operator.identity.Owner;
import io.llmforge.operator.identity.StatusTokens;
import io.llmforge.operator.observe.Observer;
import io.llmforge.operator.observe.Request;
import io.llmforge.operator.observe.StatusAnswer;
import io.llmforge.operator.observe.StatusClient;
import io.llmforge.operator.observe.TrainerPod;
import io.llmforge.operator.report.JobMetrics;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Asks each active run's rank 0 how far it is.
 *
 * @param client asks one trainer
 * @param tokens what trainers ask in turn
 * @param interval time between two questions to the same trainer
 * @param executor where questions wait for answers; its threads bound how many at a time
 * @param metrics counts answers
 */
record ProgressPolling(
    StatusClient client,
    StatusTokens tokens,
    Duration interval,
    ScheduledExecutorService executor,
    JobMetrics metrics) {

  /**
   * The answer of the job's trainer; nothing when none is at work.
   *
   * <p>Asked for every job there is: a job turns worth asking by the operator's own write of its
   * status, which the framework does not show to event sources.
   *
   * @param before the answer to the question before
   */
  Set<StatusAnswer> ask(
      FineTuneJob job, Collection<Job> jobs, Collection<Pod> pods, StatusAnswer before) {
    Optional<Run> run = underWay(job);
    if (run.isEmpty()) {
      return Set.of();
    }
    TrainerPod pod = Observer.podAtWork(job.getMetadata().getUid(), jobs, pods);
    if (!(pod instanceof TrainerPod.Running running) || running.address().isEmpty()) {
      return Set.of();
    }
    Owner owner = Request.of(job).owner();
    StatusAnswer answer = client.ask(running, tokens.of(owner, run.get().number()), before);
    metrics.statusPolled(answer instanceof StatusAnswer.Report);
    return Set.of(answer);
  }

  private static Optional<Run> underWay(FineTuneJob job) {
    return Optional.ofNullable(job.getStatus())
        .flatMap(status -> Optional.ofNullable(status.run()))
        .filter(run -> run.outcome() == null);
  }
}
