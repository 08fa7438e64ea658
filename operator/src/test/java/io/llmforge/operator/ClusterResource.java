package io.llmforge.operator;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.llmforge.localcluster.LocalCluster;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/** Gives the application under test a cluster with a trainer. */
public final class ClusterResource implements QuarkusTestResourceLifecycleManager {

  private static final AtomicReference<LocalCluster> CLUSTER = new AtomicReference<>();

  private static final AtomicReference<FakeTrainer> TRAINER = new AtomicReference<>();

  static FakeTrainer trainer() {
    return TRAINER.get();
  }

  static KubernetesClient client() {
    return CLUSTER.get().client();
  }

  /** Those that the application looks after. */
  static String namespaces() {
    return ClusterSetup.namespaces(CLUSTER.get());
  }

  @Override
  public Map<String, String> start() {
    try {
      Path folder = Files.createTempDirectory("llmforge");
      FakeTrainer trainer = FakeTrainer.in(folder.resolve("trainer"));
      var cluster = ClusterSetup.startOpen(folder.resolve("cluster"), trainer.image());
      ClusterSetup.install(cluster);
      CLUSTER.set(cluster);
      TRAINER.set(trainer);
      Map<String, String> settings = new HashMap<>(ClusterSetup.settings(cluster));
      settings.put("llmforge.status-key", OperatorFixture.STATUS_KEY);
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
