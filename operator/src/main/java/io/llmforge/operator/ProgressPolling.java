package io.llmforge.operator;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.operator.observe.Observer;
import io.llmforge.operator.observe.StatusAnswer;
import io.llmforge.operator.observe.StatusClient;
import io.llmforge.operator.observe.TrainerPod;
import io.llmforge.operator.report.JobMetrics;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Asks each active run's rank 0 how far it is.
 *
 * @param client asks one trainer
 * @param interval time between two questions to the same trainer
 * @param executor where questions wait for answers; its threads bound how many at a time
 * @param metrics counts answers
 */
record ProgressPolling(
    StatusClient client, Duration interval, ScheduledExecutorService executor, JobMetrics metrics) {

  /**
   * The answer of the job's trainer; nothing when none is at work.
   *
   * <p>Asked for every job there is: a job turns worth asking by the operator's own write of its
   * status, which the framework does not show to event sources.
   */
  Set<StatusAnswer> ask(FineTuneJob job, Collection<Job> jobs, Collection<Pod> pods) {
    if (!isUnderWay(job)) {
      return Set.of();
    }
    TrainerPod pod = Observer.podAtWork(job.getMetadata().getUid(), jobs, pods);
    if (!(pod instanceof TrainerPod.Running running) || running.address().isEmpty()) {
      return Set.of();
    }
    StatusAnswer answer = client.ask(running.address());
    metrics.statusPolled(answer instanceof StatusAnswer.Report);
    return Set.of(answer);
  }

  private static boolean isUnderWay(FineTuneJob job) {
    return job.getStatus() != null
        && job.getStatus().run() != null
        && job.getStatus().run().outcome() == null;
  }
}
