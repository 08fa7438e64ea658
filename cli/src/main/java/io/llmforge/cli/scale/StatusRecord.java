package io.llmforge.cli.scale;

import static java.util.Objects.requireNonNull;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** When each FineTuneJob first was in each phase, seen through a watch. */
final class StatusRecord implements AutoCloseable {

  private final SharedIndexInformer<FineTuneJob> jobs;
  private final Map<String, Map<Phase, Long>> firstSeen = new HashMap<>();
  private final Map<Phase, Integer> arrived = new EnumMap<>(Phase.class);
  private final LongAdder progressWrites = new LongAdder();

  StatusRecord(KubernetesClient client) {
    this.jobs =
        client.resources(FineTuneJob.class).inNamespace(client.getNamespace()).runnableInformer(0);
  }

  void start() {
    jobs.addEventHandler(new Changes());
    jobs.run();
  }

  /** How many jobs have been in a phase. */
  synchronized int arrived(Phase phase) {
    return arrived.getOrDefault(phase, 0);
  }

  /** When a job was first seen in a phase, as {@link System#nanoTime}. */
  synchronized long firstSeen(String job, Phase phase) {
    return requireNonNull(
        firstSeen.getOrDefault(job, Map.of()).get(phase),
        () -> "%s was never %s".formatted(job, phase));
  }

  /** How many writes changed nothing but progress and metrics. */
  long progressWrites() {
    return progressWrites.sum();
  }

  private synchronized void saw(String job, Phase phase, long now) {
    boolean first =
        firstSeen.computeIfAbsent(job, key -> new EnumMap<>(Phase.class)).putIfAbsent(phase, now)
            == null;
    if (first) {
      arrived.merge(phase, 1, Integer::sum);
    }
  }

  @Override
  public void close() {
    jobs.close();
  }

  private final class Changes implements ResourceEventHandler<FineTuneJob> {
    @Override
    public void onAdd(FineTuneJob job) {
      changed(null, job);
    }

    @Override
    public void onUpdate(FineTuneJob before, FineTuneJob job) {
      changed(before.getStatus(), job);
    }

    @Override
    public void onDelete(FineTuneJob job, boolean finalStateUnknown) {}

    private void changed(@Nullable FineTuneJobStatus before, FineTuneJob job) {
      long now = System.nanoTime();
      @Nullable FineTuneJobStatus status = job.getStatus();
      if (status == null || status.phase() == null) {
        return;
      }
      saw(job.getMetadata().getName(), status.phase(), now);
      if (before != null && isProgress(before, status)) {
        progressWrites.increment();
      }
    }

    private static boolean isProgress(FineTuneJobStatus before, FineTuneJobStatus status) {
      return Objects.equals(before.conditions(), status.conditions())
          && Objects.equals(before.run(), status.run())
          && before.progress() != null
          && !Objects.equals(before.progress(), status.progress());
    }
  }
}
