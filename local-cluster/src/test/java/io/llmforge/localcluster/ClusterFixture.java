package io.llmforge.localcluster;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.llmforge.localcluster.control.Backoff;
import io.llmforge.localcluster.node.container.Image;
import io.llmforge.localcluster.node.container.ImageCatalogue;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

/** A cluster with quick retries, whose image {@code shell} runs commands of the machine. */
public final class ClusterFixture implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private final LocalCluster cluster;

  private ClusterFixture(LocalCluster cluster) {
    this.cluster = cluster;
  }

  public static ClusterFixture start(Path folder) throws IOException {
    var options =
        LocalClusterOptions.in(folder)
            .withImages(new ImageCatalogue(Map.of("shell", Image.hostCommands())))
            .withCapacity("nvidia.com/gpu", "8")
            .withRetry(new Backoff(Duration.ofMillis(100), Duration.ofSeconds(1)));
    return new ClusterFixture(LocalCluster.start(options));
  }

  public LocalCluster cluster() {
    return cluster;
  }

  public KubernetesClient client() {
    return cluster.client();
  }

  /** Creates what a manifest describes. */
  public <T extends HasMetadata> T create(Class<T> type, String yaml) {
    return client().resource(Serialization.unmarshal(yaml, type)).inNamespace("default").create();
  }

  /** Creates a pod whose label {@code app} is its name. */
  public void createPod(String name, String spec) {
    create(
        Pod.class,
        "apiVersion: v1\nkind: Pod\nmetadata: {name: %s, namespace: default, labels: {app: %s}}\nspec:\n"
                .formatted(name, name)
            + spec.indent(2));
  }

  /** Without the grace that a pod would be given. */
  public void deletePod(String name) {
    client().pods().inNamespace("default").withName(name).withGracePeriod(0).delete();
  }

  /** How a pod's first container ended. */
  public static ContainerStateTerminated end(Pod pod) {
    return pod.getStatus().getContainerStatuses().getFirst().getState().getTerminated();
  }

  /** What a pod's first container waits for. */
  public static ContainerStateWaiting waiting(Pod pod) {
    return Objects.requireNonNullElseGet(
        pod.getStatus().getContainerStatuses().getFirst().getState().getWaiting(),
        ContainerStateWaiting::new);
  }

  public Job job(String name) {
    return client().batch().v1().jobs().inNamespace("default").withName(name).get();
  }

  public Pod pod(String name) {
    return client().pods().inNamespace("default").withName(name).get();
  }

  public List<Pod> podsOf(String job) {
    return client().pods().inNamespace("default").withLabel("job-name", job).list().getItems();
  }

  public String log(Pod pod) {
    return client().pods().inNamespace("default").withName(pod.getMetadata().getName()).getLog();
  }

  public Job awaitJob(String name, String what, Predicate<Job> condition) {
    return await("job " + name + " " + what)
        .atMost(PATIENCE)
        .until(
            () -> job(name), job -> job != null && job.getStatus() != null && condition.test(job));
  }

  public Pod awaitPod(String name, String what, Predicate<Pod> condition) {
    return await("pod " + name + " " + what)
        .atMost(PATIENCE)
        .until(
            () -> pod(name), pod -> pod != null && pod.getStatus() != null && condition.test(pod));
  }

  public Pod awaitPhase(String name, String phase) {
    return awaitPod(name, "is " + phase, pod -> phase.equals(pod.getStatus().getPhase()));
  }

  public static Predicate<Job> has(String condition) {
    return job ->
        job.getStatus().getConditions().stream()
            .anyMatch(c -> condition.equals(c.getType()) && "True".equals(c.getStatus()));
  }

  /** Messages of the events about an object, by reason. */
  public List<String> events(String name, String reason) {
    return client().v1().events().inNamespace("default").list().getItems().stream()
        .filter(event -> name.equals(event.getInvolvedObject().getName()))
        .filter(event -> reason.equals(event.getReason()))
        .map(event -> event.getMessage())
        .toList();
  }

  @Override
  public void close() {
    cluster.close();
  }
}
