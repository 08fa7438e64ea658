package io.llmforge.localcluster.node;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Renews the Lease that tells a node lifecycle controller that this node lives: without it pods are
 * taken away from a node after 40 s. The Lease goes with its Node.
 */
public final class NodeHeartbeat implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(NodeHeartbeat.class.getName());
  private static final String NAMESPACE = "kube-node-lease";
  private static final int DURATION_SECONDS = 40;
  private static final int PERIOD_SECONDS = 10;

  private final KubernetesClient client;
  private final String node;
  private final Clock clock;
  private final ScheduledExecutorService beats =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("node-heartbeat").daemon(true).factory());

  public NodeHeartbeat(KubernetesClient client, String node, Clock clock) {
    this.client = client;
    this.node = node;
    this.clock = clock;
  }

  /** Creates the Lease of a registered node and keeps it fresh until this is closed. */
  public void start() {
    var lease = lease(client.nodes().withName(node).require());
    client.leases().inNamespace(NAMESPACE).resource(lease).serverSideApply();
    var unused =
        beats.scheduleAtFixedRate(this::renew, PERIOD_SECONDS, PERIOD_SECONDS, TimeUnit.SECONDS);
  }

  private Lease lease(Node owner) {
    return new LeaseBuilder()
        .withNewMetadata()
        .withName(node)
        .withNamespace(NAMESPACE)
        .withOwnerReferences(
            new OwnerReferenceBuilder()
                .withApiVersion("v1")
                .withKind("Node")
                .withName(node)
                .withUid(owner.getMetadata().getUid())
                .build())
        .endMetadata()
        .withNewSpec()
        .withHolderIdentity(node)
        .withLeaseDurationSeconds(DURATION_SECONDS)
        .withRenewTime(ZonedDateTime.now(clock.withZone(ZoneOffset.UTC)))
        .endSpec()
        .build();
  }

  private void renew() {
    try {
      client
          .leases()
          .inNamespace(NAMESPACE)
          .withName(node)
          .edit(
              lease ->
                  new LeaseBuilder(lease)
                      .editSpec()
                      .withRenewTime(ZonedDateTime.now(clock.withZone(ZoneOffset.UTC)))
                      .endSpec()
                      .build());
    } catch (KubernetesClientException e) {
      LOG.log(Level.WARNING, "the lease of node=" + node + " was not renewed", e);
    }
  }

  @Override
  public void close() {
    beats.shutdownNow();
  }
}
