package io.llmforge.operator;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.Config;
import io.javaoperatorsdk.operator.api.reconciler.Constants;
import io.llmforge.localcluster.ClusterSource;
import io.llmforge.localcluster.LocalCluster;
import io.llmforge.localcluster.LocalClusterOptions;
import io.llmforge.localcluster.control.Backoff;
import io.llmforge.localcluster.node.container.Image;
import io.llmforge.localcluster.node.container.ImageCatalogue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * A small cluster with quick retries, or a namespace of the one that KUBECONFIG names; it knows
 * FineTuneJobs and has a claim named data.
 */
final class ClusterSetup {

  static final Path DEFINITION = Path.of("../crds/finetunejobs.llmforge.io-v1.yml");

  private ClusterSetup() {}

  static LocalCluster start(Path folder, Image trainer) throws IOException {
    return ClusterSource.chosen().open(options(folder, trainer));
  }

  /** One whose kubeconfig names an address that asks for no credentials. */
  static LocalCluster startOpen(Path folder, Image trainer) throws IOException {
    return ClusterSource.chosen()
        .open(options(folder, trainer).withRequests((method, path, userAgent) -> {}));
  }

  /** How the application reaches a cluster that was started so. */
  static Map<String, String> settings(LocalCluster cluster) throws IOException {
    return Map.of(
        "quarkus.kubernetes-client.api-server-url",
        Config.fromKubeconfig(Files.readString(cluster.kubeconfig())).getMasterUrl(),
        "llmforge.namespaces",
        namespaces(cluster),
        "quarkus.http.test-port",
        "0",
        // What chooses the cluster begins as the application's settings do, and is none of them.
        "smallrye.config.mapping.validate-unknown",
        "false");
  }

  /** The namespaces to look after: all of a cluster of our own, our own of others' clusters. */
  static String namespaces(LocalCluster cluster) {
    return switch (ClusterSource.chosen()) {
      case ClusterSource.Embedded embedded -> Constants.WATCH_ALL_NAMESPACES;
      case ClusterSource.Named named -> cluster.client().getNamespace();
    };
  }

  private static LocalClusterOptions options(Path folder, Image trainer) {
    return LocalClusterOptions.in(folder)
        .withImages(new ImageCatalogue(Map.of("llmforge/trainer", trainer)))
        .withCapacity("nvidia.com/gpu", "8")
        .withRetry(new Backoff(Duration.ofMillis(100), Duration.ofSeconds(1)));
  }

  static void install(LocalCluster cluster) throws IOException {
    cluster.define(DEFINITION);
    cluster.client().resource(data()).create();
  }

  /** The claim that the configs of tests name. */
  static PersistentVolumeClaim data() {
    return new PersistentVolumeClaimBuilder()
        .withMetadata(new ObjectMetaBuilder().withName("data").build())
        .withNewSpec()
        .withAccessModes("ReadWriteMany")
        .withNewResources()
        .addToRequests("storage", new Quantity("1Gi"))
        .endResources()
        .endSpec()
        .build();
  }
}
