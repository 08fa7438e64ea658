package io.llmforge.operator;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.JobCondition;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Every reason that a condition of a FineTuneJob had, however short. */
final class StatusChanges implements AutoCloseable {

  private final List<JobCondition> conditions = new CopyOnWriteArrayList<>();
  private final Watch watch;

  private StatusChanges(KubernetesClient client, String name) {
    watch =
        client
            .resources(FineTuneJob.class)
            .inNamespace(client.getNamespace())
            .watch(
                new Watcher<>() {
                  @Override
                  public void eventReceived(Action action, FineTuneJob job) {
                    if (job.getMetadata().getName().equals(name)
                        && job.getStatus() != null
                        && job.getStatus().conditions() != null) {
                      conditions.addAll(job.getStatus().conditions());
                    }
                  }

                  @Override
                  public void onClose(WatcherException cause) {}
                });
  }

  static StatusChanges of(KubernetesClient client, String name) {
    return new StatusChanges(client, name);
  }

  /** Without repetitions of the same reason in a row. */
  List<String> reasons(String type) {
    List<String> reasons =
        conditions.stream()
            .filter(condition -> condition.type().equals(type))
            .map(JobCondition::reason)
            .toList();
    return java.util.stream.IntStream.range(0, reasons.size())
        .filter(i -> i == 0 || !reasons.get(i).equals(reasons.get(i - 1)))
        .mapToObj(reasons::get)
        .toList();
  }

  @Override
  public void close() {
    watch.close();
  }
}
