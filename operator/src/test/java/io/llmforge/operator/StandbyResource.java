package io.llmforge.operator;

import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.llmforge.localcluster.LocalCluster;
import io.llmforge.localcluster.node.container.Image;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/** Gives the application under test a cluster in which another operator has the lease. */
public final class StandbyResource implements QuarkusTestResourceLifecycleManager {

  static final String LEASE = "standby";
  private static final int AN_HOUR = 3600;
  private static final AtomicReference<LocalCluster> CLUSTER = new AtomicReference<>();

  static KubernetesClient client() {
    return CLUSTER.get().client();
  }

  @Override
  public Map<String, String> start() {
    try {
      var cluster =
          ClusterSetup.startOpen(Files.createTempDirectory("llmforge"), Image.hostCommands());
      ClusterSetup.install(cluster);
      CLUSTER.set(cluster);
      ZonedDateTime now = ZonedDateTime.now(ZoneOffset.UTC);
      cluster
          .client()
          .resource(
              new LeaseBuilder()
                  .withNewMetadata()
                  .withName(LEASE)
                  .withNamespace(cluster.client().getNamespace())
                  .endMetadata()
                  .withNewSpec()
                  .withHolderIdentity("another")
                  .withLeaseDurationSeconds(AN_HOUR)
                  .withAcquireTime(now)
                  .withRenewTime(now)
                  .withLeaseTransitions(0)
                  .endSpec()
                  .build())
          .create();
      Map<String, String> settings = new HashMap<>(ClusterSetup.settings(cluster));
      settings.put("llmforge.lease-namespace", cluster.client().getNamespace());
      settings.put("llmforge.lease-name", LEASE);
      return settings;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void stop() {
    CLUSTER.get().close();
  }
}
