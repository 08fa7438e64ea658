package io.llmforge.localcluster;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.File;
import java.time.Clock;

/**
 * Takes away what tests left in the cluster that KUBECONFIG names: sessions whose processes are
 * gone, and definitions that nobody uses.
 */
public final class ClusterSweep {
  private static final int CANNOT_SWEEP = 70;

  private ClusterSweep() {}

  public static void main(String[] arguments) {
    var file = System.getenv().getOrDefault("KUBECONFIG", "");
    try (var client = client(file)) {
      ClusterSession.removeLeftovers(client, Clock.systemUTC())
          .forEach(session -> System.out.println("took away " + session + " of a run that ended"));
      Definitions.forget(client)
          .forEach(definition -> System.out.println("took away definition " + definition));
    } catch (RuntimeException e) {
      System.err.println("cannot clean up the cluster that " + file + " names: " + e.getMessage());
      System.exit(CANNOT_SWEEP);
    }
  }

  private static KubernetesClient client(String file) {
    var config = Config.fromKubeconfig(new File(file));
    return new KubernetesClientBuilder().withConfig(config).build();
  }
}
