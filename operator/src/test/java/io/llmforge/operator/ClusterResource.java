package io.llmforge.operator;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.llmforge.localcluster.LocalCluster;
import io.llmforge.localcluster.node.container.Image;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/** Gives the application under test a cluster. */
public final class ClusterResource implements QuarkusTestResourceLifecycleManager {

  private static final AtomicReference<LocalCluster> CLUSTER = new AtomicReference<>();

  static KubernetesClient client() {
    return CLUSTER.get().client();
  }

  @Override
  public Map<String, String> start() {
    try {
      var cluster = ClusterSetup.start(Files.createTempDirectory("llmforge"), Image.hostCommands());
      ClusterSetup.install(cluster.client());
      CLUSTER.set(cluster);
      return Map.of(
          "quarkus.kubernetes-client.api-server-url",
          cluster.client().getMasterUrl().toString(),
          "quarkus.http.test-port",
          "0");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void stop() {
    CLUSTER.get().close();
  }
}
