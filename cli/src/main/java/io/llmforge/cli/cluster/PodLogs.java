package io.llmforge.cli.cluster;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.llmforge.cli.cluster.ClusterException.Kind;
import io.llmforge.crds.plan.PodContract;
import io.llmforge.operator.identity.ObjectLabels;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/** What the pods of a namespace's jobs wrote. */
public final class PodLogs {

  private final KubernetesClient client;
  private final String namespace;
  private final BiFunction<String, KubernetesClientException, ClusterException> explanation;

  PodLogs(
      KubernetesClient client,
      String namespace,
      BiFunction<String, KubernetesClientException, ClusterException> explanation) {
    this.client = client;
    this.namespace = namespace;
    this.explanation = explanation;
  }

  /** The pods of the newest attempt. */
  public List<AttemptPod> newest(String job, Optional<String> stage) throws ClusterException {
    try {
      var pods =
          client.pods().inNamespace(namespace).withLabel(ObjectLabels.JOB, job).list().getItems();
      return AttemptPod.newest(pods, stage);
    } catch (KubernetesClientException e) {
      throw explanation.apply("list pods in namespace " + namespace, e);
    }
  }

  /**
   * What a pod wrote until now.
   *
   * @param tail only so many last lines; empty takes all
   */
  public List<String> read(AttemptPod pod, OptionalInt tail) throws ClusterException {
    var container =
        client
            .pods()
            .inNamespace(namespace)
            .withName(pod.name())
            .inContainer(PodContract.TRAINER_CONTAINER);
    try {
      var text =
          tail.isPresent() ? container.tailingLines(tail.getAsInt()).getLog() : container.getLog();
      return text.lines().toList();
    } catch (KubernetesClientException e) {
      throw notYet(pod, e);
    }
  }

  /** Gives each line as it is written, of all pods, until they end. */
  public void follow(List<AttemptPod> pods, Consumer<Line> lines) throws InterruptedException {
    List<Thread> readers = new ArrayList<>();
    for (AttemptPod pod : pods) {
      readers.add(Thread.ofVirtual().start(() -> follow(pod, lines)));
    }
    for (Thread reader : readers) {
      reader.join();
    }
  }

  /**
   * A line of a log.
   *
   * @param pod who wrote it
   */
  public record Line(AttemptPod pod, String text) {}

  private void follow(AttemptPod pod, Consumer<Line> lines) {
    try (var watch =
            client
                .pods()
                .inNamespace(namespace)
                .withName(pod.name())
                .inContainer(PodContract.TRAINER_CONTAINER)
                .watchLog();
        var reader =
            new BufferedReader(new InputStreamReader(watch.getOutput(), StandardCharsets.UTF_8))) {
      for (var line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.accept(new Line(pod, line));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("reading the log of pod " + pod.name(), e);
    }
  }

  private ClusterException notYet(AttemptPod pod, KubernetesClientException e) {
    return e.getCode() == 400
        ? new ClusterException(
            Kind.ABSENT,
            "pod %s has no log yet: %s; llmforge status says what it waits for"
                .formatted(pod.name(), e.getMessage()))
        : explanation.apply("read the log of pod " + pod.name(), e);
  }
}
