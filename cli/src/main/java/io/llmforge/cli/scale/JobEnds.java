package io.llmforge.cli.scale;

import static java.util.Objects.requireNonNullElse;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * When the Job of each FineTuneJob was seen to be complete, through a watch: the fact that an
 * operator waits for.
 */
final class JobEnds implements AutoCloseable {

  private final SharedIndexInformer<Job> jobs;
  private final Map<String, Long> completeSince = new ConcurrentHashMap<>();

  JobEnds(KubernetesClient client) {
    this.jobs = client.batch().v1().jobs().inNamespace(client.getNamespace()).runnableInformer(0);
  }

  void start() {
    jobs.addEventHandler(new Changes());
    jobs.run();
  }

  /** By name of the FineTuneJob, as {@link System#nanoTime}. */
  Map<String, Long> completeSince() {
    return Map.copyOf(completeSince);
  }

  private static boolean isComplete(Job job) {
    return job.getStatus() != null
        && requireNonNullElse(job.getStatus().getConditions(), List.<JobCondition>of()).stream()
            .anyMatch(c -> c.getType().equals("Complete") && c.getStatus().equals("True"));
  }

  @Override
  public void close() {
    jobs.close();
  }

  private final class Changes implements ResourceEventHandler<Job> {
    @Override
    public void onAdd(Job job) {
      changed(job);
    }

    @Override
    public void onUpdate(Job before, Job job) {
      changed(job);
    }

    @Override
    public void onDelete(Job job, boolean finalStateUnknown) {}

    private void changed(Job job) {
      Map<String, String> labels = job.getMetadata().getLabels();
      if (isComplete(job) && "train".equals(labels.get("llmforge.io/stage"))) {
        String owner = labels.get("llmforge.io/job");
        completeSince.putIfAbsent(owner, System.nanoTime());
      }
    }
  }
}
