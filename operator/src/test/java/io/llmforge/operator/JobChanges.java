package io.llmforge.operator;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Sees a Job that runs become suspended, however short it ran. */
final class JobChanges implements AutoCloseable {

  private final AtomicBoolean ran = new AtomicBoolean();
  private final CountDownLatch suspended = new CountDownLatch(1);
  private final Watch watch;

  private JobChanges(KubernetesClient client, String name) {
    watch =
        client
            .batch()
            .v1()
            .jobs()
            .inNamespace(client.getNamespace())
            .withName(name)
            .watch(
                new Watcher<>() {
                  @Override
                  public void eventReceived(Action action, Job job) {
                    if (!Boolean.TRUE.equals(job.getSpec().getSuspend())) {
                      ran.set(true);
                    } else if (ran.get()) {
                      suspended.countDown();
                    }
                  }

                  @Override
                  public void onClose(WatcherException cause) {}
                });
  }

  static JobChanges of(KubernetesClient client, String name) {
    return new JobChanges(client, name);
  }

  void awaitSuspended() {
    try {
      if (!suspended.await(FineTuneJobs.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("the Job was not suspended again; it ran: " + ran.get());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  @Override
  public void close() {
    watch.close();
  }
}
