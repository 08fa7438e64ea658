package io.llmforge.examples;

import static java.util.concurrent.TimeUnit.MINUTES;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.AttemptOutcome;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.AttemptStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What was seen of a run whose store was away when it was to publish.
 *
 * @param failure how its first attempt to publish ended
 * @param suspended its status while it was suspended in the midst of a later attempt
 * @param pods its pods then
 */
record StoreOutage(AttemptStatus failure, FineTuneJobStatus suspended, List<Pod> pods) {

  private static final long PATIENCE_MINUTES = 5;

  /**
   * Takes the store away while the run trains, suspends the run when it has tried to publish in
   * vain and tries again, and resumes it when the store is back.
   *
   * @param data folder of the run's cluster, which may not have started yet
   */
  static StoreOutage whileTraining(Path data, String name, ResultStore store) throws Exception {
    try (KubernetesClient client = connect(data)) {
      Resource<FineTuneJob> job =
          client.resources(FineTuneJob.class).inNamespace(client.getNamespace()).withName(name);
      awaitStatus(job, status -> status.run() != null && status.run().stage() == Stage.Train);
      store.goAway();
      AttemptStatus failure =
          failed(awaitStatus(job, status -> failed(status).findAny().isPresent()))
              .findAny()
              .orElseThrow();
      awaitStatus(job, StoreOutage::isPublishing);
      suspend(job, "true");
      FineTuneJobStatus suspended = awaitStatus(job, status -> status.phase() == Phase.Suspended);
      var seen = new StoreOutage(failure, suspended, pods(client, name));
      store.comeBack();
      suspend(job, "false");
      return seen;
    }
  }

  /** Names of the Secrets that the containers of a stage's pods get. */
  List<String> secretsOf(String stage) {
    return pods.stream()
        .filter(pod -> stage.equals(pod.getMetadata().getLabels().get("llmforge.io/stage")))
        .flatMap(pod -> pod.getSpec().getContainers().stream())
        .map(Container::getEnvFrom)
        .flatMap(List::stream)
        .map(EnvFromSource::getSecretRef)
        .map(reference -> reference.getName())
        .toList();
  }

  private static KubernetesClient connect(Path data) throws IOException, InterruptedException {
    Path kubeconfig = data.resolve("cluster/kubeconfig");
    while (!Files.exists(kubeconfig) || Files.size(kubeconfig) == 0) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
    Config config = Config.fromKubeconfig(Files.readString(kubeconfig));
    KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build();
    while (client.getApiResources("llmforge.io/v1alpha1") == null) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
    return client;
  }

  private static FineTuneJobStatus awaitStatus(
      Resource<FineTuneJob> job, Predicate<FineTuneJobStatus> expected) {
    return job.waitUntilCondition(
            one -> one != null && one.getStatus() != null && expected.test(one.getStatus()),
            PATIENCE_MINUTES,
            MINUTES)
        .getStatus();
  }

  private static Stream<AttemptStatus> failed(FineTuneJobStatus status) {
    return Stream.ofNullable(status.attempts())
        .flatMap(List::stream)
        .filter(attempt -> attempt.outcome() == AttemptOutcome.Failed);
  }

  // The pod of another attempt is at work.
  private static boolean isPublishing(FineTuneJobStatus status) {
    return status.phase() == Phase.Publishing
        && status.run().attempt() > 1
        && status.conditions().stream()
            .anyMatch(
                condition ->
                    condition.type().equals("Running") && condition.status().equals("True"));
  }

  private static void suspend(Resource<FineTuneJob> job, String value) {
    job.patch(
        PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"suspend\":%s}}".formatted(value));
  }

  private static List<Pod> pods(KubernetesClient client, String name) {
    return client
        .pods()
        .inNamespace(client.getNamespace())
        .withLabel("llmforge.io/job", name)
        .list()
        .getItems();
  }
}
