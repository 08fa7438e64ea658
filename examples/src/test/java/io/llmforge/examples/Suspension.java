package io.llmforge.examples;

import static java.util.concurrent.TimeUnit.MINUTES;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What was seen while a run was suspended.
 *
 * @param status its status then
 * @param podsAtWork its pods that had not ended
 * @param checkpoints checkpoints in its workspace
 */
record Suspension(FineTuneJobStatus status, List<String> podsAtWork, List<String> checkpoints) {

  private static final long PATIENCE_MINUTES = 5;
  private static final long FIRST_STEPS = 3;

  /**
   * Suspends a run after its first steps, looks at it, and resumes it.
   *
   * @param data folder of the run's cluster, which may not have started yet
   */
  static Suspension halfWay(Path data, String name) throws IOException, InterruptedException {
    return halfWay(data, name, workspace -> {});
  }

  /** What happens to a workspace while nobody works on it. */
  @FunctionalInterface
  interface Event {
    void befalls(Path workspace) throws IOException;
  }

  /**
   * Does something to the workspace besides.
   *
   * @param event what
   */
  static Suspension halfWay(Path data, String name, Event event)
      throws IOException, InterruptedException {
    Path kubeconfig = data.resolve("cluster/kubeconfig");
    while (!Files.exists(kubeconfig) || Files.size(kubeconfig) == 0) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
    Config config = Config.fromKubeconfig(Files.readString(kubeconfig));
    try (KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build()) {
      Resource<FineTuneJob> job =
          client.resources(FineTuneJob.class).inNamespace(client.getNamespace()).withName(name);
      while (!isDefined(client)) {
        TimeUnit.MILLISECONDS.sleep(50);
      }
      job.waitUntilCondition(Suspension::hasMadeSteps, PATIENCE_MINUTES, MINUTES);
      suspend(job, "true");
      FineTuneJobStatus status =
          job.waitUntilCondition(Suspension::isSuspended, PATIENCE_MINUTES, MINUTES).getStatus();
      var seen = new Suspension(status, podsAtWork(client, name), checkpoints(data, name));
      event.befalls(workspace(data, name));
      suspend(job, "false");
      return seen;
    }
  }

  private static boolean isDefined(KubernetesClient client) {
    return client.getApiResources("llmforge.io/v1alpha1") != null;
  }

  private static boolean hasMadeSteps(FineTuneJob job) {
    return job != null
        && job.getStatus() != null
        && job.getStatus().phase() == Phase.Training
        && job.getStatus().progress() != null
        && job.getStatus().progress().step() >= FIRST_STEPS;
  }

  private static boolean isSuspended(FineTuneJob job) {
    return job != null && job.getStatus() != null && job.getStatus().phase() == Phase.Suspended;
  }

  private static void suspend(Resource<FineTuneJob> job, String value) {
    job.patch(
        PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"suspend\":%s}}".formatted(value));
  }

  private static List<String> podsAtWork(KubernetesClient client, String name) {
    return client
        .pods()
        .inNamespace(client.getNamespace())
        .withLabel("llmforge.io/job", name)
        .list()
        .getItems()
        .stream()
        .filter(pod -> !Set.of("Failed", "Succeeded").contains(pod.getStatus().getPhase()))
        .map(pod -> pod.getMetadata().getName())
        .toList();
  }

  private static Path workspace(Path data, String name) {
    return data.resolve("cluster/volumes").resolve("default").resolve(name + "-1-workspace");
  }

  private static List<String> checkpoints(Path data, String name) throws IOException {
    Path folder = workspace(data, name).resolve("checkpoints");
    // One folder for each plan, and the checkpoints in it.
    try (Stream<Path> checkpoints = Files.walk(folder, 2)) {
      return checkpoints.map(checkpoint -> checkpoint.getFileName().toString()).toList();
    }
  }
}
