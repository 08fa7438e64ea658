package io.llmforge.localcluster;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.llmforge.localcluster.jobs.FolderVolumes;
import io.llmforge.localcluster.node.NodeAgent;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Where the cluster comes from that something is run on. */
public sealed interface ClusterSource {

  /** The system property that chooses, and its value for the cluster that KUBECONFIG names. */
  String PROPERTY = "llmforge.cluster";

  String EXTERNAL = "external";

  /**
   * A cluster to work in, in the namespace of its client. Whoever opened it closes it, and then
   * nothing is left of what was made in that namespace.
   */
  LocalCluster open(LocalClusterOptions options) throws IOException;

  /**
   * What property and environment choose.
   *
   * @throws IllegalArgumentException when a cluster of others is asked for and none is named
   */
  static ClusterSource chosen(Optional<String> property, Map<String, String> environment) {
    if (property.filter(EXTERNAL::equals).isEmpty()) {
      return new Embedded();
    }
    var files = environment.getOrDefault("KUBECONFIG", "");
    if (files.isEmpty() || files.contains(File.pathSeparator)) {
      throw new IllegalArgumentException(
          "-D%s=%s needs KUBECONFIG to name one file, not '%s'"
              .formatted(PROPERTY, EXTERNAL, files));
    }
    return new Named(Path.of(files));
  }

  /** What this process was told. */
  static ClusterSource chosen() {
    return chosen(Optional.ofNullable(System.getProperty(PROPERTY)), System.getenv());
  }

  /** A cluster of its own, in this process. */
  record Embedded() implements ClusterSource {
    @Override
    public LocalCluster open(LocalClusterOptions options) throws IOException {
      return LocalCluster.start(options);
    }
  }

  /**
   * A namespace of its own and a node in a cluster that is there.
   *
   * @param kubeconfig names the cluster
   */
  record Named(Path kubeconfig) implements ClusterSource {
    private static final Duration DELETION_TAKES_AT_MOST = Duration.ofMinutes(2);

    @Override
    public LocalCluster open(LocalClusterOptions options) throws IOException {
      var client = new KubernetesClientBuilder().withConfig(config()).build();
      try {
        requireNoOtherNode(client);
      } catch (RuntimeException e) {
        client.close();
        throw e;
      }
      var namespace = createNamespace(client);
      try {
        return LocalCluster.join(
            options,
            new ClusterAccess(kubeconfig, namespace, "default"),
            () -> delete(namespace, client));
      } catch (IOException | RuntimeException e) {
        delete(namespace, client);
        throw e;
      }
    }

    private Config config() {
      return Config.fromKubeconfig(kubeconfig.toFile());
    }

    // The scheduler would give the pods of one to the node of the other.
    private static void requireNoOtherNode(KubernetesClient client) {
      var others = client.nodes().withLabel(NodeAgent.LABEL).list().getItems();
      if (!others.isEmpty()) {
        throw new IllegalStateException(
            "node %s of another run is in the cluster: run one at a time, and delete the node when its process is gone"
                .formatted(others.getFirst().getMetadata().getName()));
      }
    }

    private static String createNamespace(KubernetesClient client) {
      var namespace =
          new NamespaceBuilder()
              .withNewMetadata()
              .withGenerateName("llmforge-test-")
              .endMetadata()
              .build();
      return client.resource(namespace).create().getMetadata().getName();
    }

    // The pods in it end while their node is there.
    private static void delete(String namespace, KubernetesClient client) {
      try (client) {
        client
            .namespaces()
            .withName(namespace)
            .withTimeout(DELETION_TAKES_AT_MOST.toSeconds(), TimeUnit.SECONDS)
            .delete();
        client.persistentVolumes().withLabel(FolderVolumes.LABEL, namespace).delete();
      }
    }
  }
}
