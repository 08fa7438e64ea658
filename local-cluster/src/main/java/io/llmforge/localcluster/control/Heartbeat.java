package io.llmforge.localcluster.control;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Renews a Lease while this process lives, so that others can tell when it is gone. */
public final class Heartbeat implements AutoCloseable {
  /** Who is silent for longer is gone. */
  public static final Duration LONGEST_SILENCE = Duration.ofSeconds(40);

  private static final System.Logger LOG = System.getLogger(Heartbeat.class.getName());
  private static final Duration PERIOD = Duration.ofSeconds(10);

  private final KubernetesClient client;
  private final ObjectMeta lease;
  private final Clock clock;
  private final ScheduledExecutorService beats =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("heartbeat").daemon(true).factory());

  private Heartbeat(KubernetesClient client, ObjectMeta lease, Clock clock) {
    this.client = client;
    this.lease = lease;
    this.clock = clock;
  }

  /**
   * Creates the Lease and keeps it fresh until this is closed.
   *
   * @param lease its metadata, with name and namespace
   */
  public static Heartbeat start(KubernetesClient client, ObjectMeta lease, Clock clock) {
    var heartbeat = new Heartbeat(client, lease, clock);
    heartbeat.create();
    var unused =
        heartbeat.beats.scheduleAtFixedRate(
            heartbeat::renew, PERIOD.toSeconds(), PERIOD.toSeconds(), TimeUnit.SECONDS);
    return heartbeat;
  }

  private void create() {
    var first =
        new LeaseBuilder()
            .withMetadata(lease)
            .withNewSpec()
            .withHolderIdentity(lease.getName())
            .withLeaseDurationSeconds((int) LONGEST_SILENCE.toSeconds())
            .withRenewTime(now())
            .endSpec()
            .build();
    client.leases().inNamespace(lease.getNamespace()).resource(first).serverSideApply();
  }

  private void renew() {
    try {
      client
          .leases()
          .inNamespace(lease.getNamespace())
          .withName(lease.getName())
          .edit(
              present ->
                  new LeaseBuilder(present).editSpec().withRenewTime(now()).endSpec().build());
    } catch (KubernetesClientException e) {
      LOG.log(
          Level.WARNING,
          "lease=%s/%s was not renewed".formatted(lease.getNamespace(), lease.getName()),
          e);
    }
  }

  private ZonedDateTime now() {
    return ZonedDateTime.now(clock.withZone(ZoneOffset.UTC));
  }

  @Override
  public void close() {
    beats.shutdownNow();
  }
}
