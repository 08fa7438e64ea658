package io.llmforge.cli.cluster;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.ContainerResource;
import io.llmforge.cli.cluster.ClusterException.Kind;
import io.llmforge.crds.plan.PodContract;
import io.llmforge.operator.identity.ObjectLabels;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
   * What a pod wrote until now: its trainer, or what fetches the trainer's sources before it
   * starts.
   *
   * @param tail only so many last lines; empty takes all
   */
  public List<String> read(AttemptPod pod, OptionalInt tail) throws ClusterException {
    try {
      return lines(pod, PodContract.TRAINER_CONTAINER, tail);
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_BAD_REQUEST) {
        throw explanation.apply("read the log of pod " + pod.name(), e);
      }
      return fetchLines(pod, tail, e);
    }
  }

  private List<String> fetchLines(
      AttemptPod pod, OptionalInt tail, KubernetesClientException ofTrainer)
      throws ClusterException {
    try {
      return lines(pod, PodContract.FETCH_CONTAINER, tail);
    } catch (KubernetesClientException e) {
      throw notYet(pod, ofTrainer);
    }
  }

  private List<String> lines(AttemptPod pod, String name, OptionalInt tail) {
    var container = container(pod, name);
    var text =
        tail.isPresent() ? container.tailingLines(tail.getAsInt()).getLog() : container.getLog();
    return text.lines().toList();
  }

  private ContainerResource container(AttemptPod pod, String name) {
    return client.pods().inNamespace(namespace).withName(pod.name()).inContainer(name);
  }

  /**
   * Gives each line of the trainers as it is written, of all pods, until they end.
   *
   * @param tail of what is there already only so many last lines; empty begins at the first
   */
  public void follow(List<AttemptPod> pods, OptionalInt tail, Consumer<Line> lines)
      throws ClusterException, InterruptedException {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> readers = new ArrayList<>();
      for (AttemptPod pod : pods) {
        readers.add(threads.submit(() -> follow(pod, tail, lines)));
      }
      for (int reader = 0; reader < readers.size(); reader++) {
        await(readers.get(reader), pods.get(reader));
      }
    }
  }

  private void await(Future<?> reader, AttemptPod pod)
      throws ClusterException, InterruptedException {
    try {
      reader.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof KubernetesClientException failure) {
        throw failure.getCode() == HttpURLConnection.HTTP_BAD_REQUEST
            ? notYet(pod, failure)
            : explanation.apply("read the log of pod " + pod.name(), failure);
      }
      throw new IllegalStateException("following the log of pod " + pod.name(), e.getCause());
    }
  }

  /**
   * A line of a log.
   *
   * @param pod who wrote it
   */
  public record Line(AttemptPod pod, String text) {}

  private void follow(AttemptPod pod, OptionalInt tail, Consumer<Line> lines) {
    var container = container(pod, PodContract.TRAINER_CONTAINER);
    try (var watch =
            tail.isPresent()
                ? container.tailingLines(tail.getAsInt()).watchLog()
                : container.watchLog();
        var reader =
            new BufferedReader(new InputStreamReader(watch.getOutput(), StandardCharsets.UTF_8))) {
      for (var line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.accept(new Line(pod, line));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("reading the log of pod " + pod.name(), e);
    }
  }

  private static ClusterException notYet(AttemptPod pod, KubernetesClientException e) {
    return new ClusterException(
        Kind.ABSENT,
        "pod %s has no log yet: %s; llmforge status says what it waits for"
            .formatted(pod.name(), e.getMessage()));
  }
}
