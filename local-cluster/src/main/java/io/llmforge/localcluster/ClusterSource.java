package io.llmforge.localcluster;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

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
    @Override
    public LocalCluster open(LocalClusterOptions options) throws IOException {
      var client = new KubernetesClientBuilder().withConfig(config()).build();
      try {
        return open(options, ClusterSession.begin(client, options.clock()), client);
      } catch (IOException | RuntimeException e) {
        client.close();
        throw e;
      }
    }

    private LocalCluster open(
        LocalClusterOptions options, ClusterSession session, KubernetesClient client)
        throws IOException {
      try {
        return LocalCluster.join(
            options,
            new ClusterAccess(kubeconfig, session.name(), "default", session.labels()),
            () -> end(session, client));
      } catch (IOException | RuntimeException e) {
        session.close();
        throw e;
      }
    }

    private Config config() {
      return Config.fromKubeconfig(kubeconfig.toFile());
    }

    private static void end(ClusterSession session, KubernetesClient client) {
      try (client;
          session) {
        // Nothing but the end of both, the session first.
      }
    }
  }
}
