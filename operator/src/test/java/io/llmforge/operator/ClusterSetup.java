package io.llmforge.operator;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
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

/** A small cluster with quick retries that knows FineTuneJobs and has a claim named data. */
final class ClusterSetup {

  static final Path DEFINITION = Path.of("../crds/finetunejobs.llmforge.io-v1.yml");

  private ClusterSetup() {}

  static LocalCluster start(Path folder, Image trainer) throws IOException {
    return LocalCluster.start(
        LocalClusterOptions.in(folder)
            .withImages(new ImageCatalogue(Map.of("llmforge/trainer", trainer)))
            .withCapacity("nvidia.com/gpu", "8")
            .withRetry(new Backoff(Duration.ofMillis(100), Duration.ofSeconds(1))));
  }

  static void install(KubernetesClient client) throws IOException {
    client
        .resource(
            Serialization.unmarshal(Files.readString(DEFINITION), CustomResourceDefinition.class))
        .create();
    client
        .resource(
            new PersistentVolumeClaimBuilder()
                .withMetadata(
                    new ObjectMetaBuilder().withName("data").withNamespace("default").build())
                .withNewSpec()
                .withAccessModes("ReadWriteMany")
                .withNewResources()
                .addToRequests("storage", new Quantity("1Gi"))
                .endResources()
                .endSpec()
                .build())
        .create();
  }
}
