package io.llmforge.localcluster;

import io.fabric8.kubernetes.api.model.Quantity;
import io.llmforge.localcluster.api.http.RequestLog;
import io.llmforge.localcluster.control.Backoff;
import io.llmforge.localcluster.node.container.ImageCatalogue;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * How a local cluster is made.
 *
 * @param dataFolder everything the cluster writes: kubeconfig, volumes, folders of pods
 * @param port of the API server on 127.0.0.1; 0 takes a free one
 * @param images what the images that pods name are on this machine
 * @param capacity what pods may ask for in total, by resource name; nothing checks that the machine
 *     has it
 * @param hostEnvironment what every container's process gets: at least PATH
 * @param retry paces replacements of failed pods, restarts of containers and looks for missing
 *     images and objects
 * @param node who runs the pods
 * @param requests is told of every request to the API server
 */
public record LocalClusterOptions(
    Path dataFolder,
    int port,
    ImageCatalogue images,
    Map<String, Quantity> capacity,
    Map<String, String> hostEnvironment,
    Backoff retry,
    Clock clock,
    Node node,
    RequestLog requests) {
  /** Kubernetes begins at 10 s; a person at one machine would rather not wait. */
  private static final Backoff SHORT_BACKOFF =
      new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(5));

  /** Requests are not enforced, so a small machine need not refuse the pods of a large one. */
  private static final Map<String, Quantity> GENEROUS =
      Map.of(
          "cpu", new Quantity("64"),
          "memory", new Quantity("256Gi"),
          "ephemeral-storage", new Quantity("1Ti"),
          "pods", new Quantity("110"));

  public LocalClusterOptions {
    dataFolder = dataFolder.toAbsolutePath().normalize();
    capacity = Map.copyOf(capacity);
    hostEnvironment = Map.copyOf(hostEnvironment);
  }

  /** A free port, no images, a node without accelerators, and the usual folders of programs. */
  public static LocalClusterOptions in(Path dataFolder) {
    return new LocalClusterOptions(
        dataFolder,
        0,
        new ImageCatalogue(Map.of()),
        GENEROUS,
        Map.of("PATH", "/usr/local/bin:/usr/bin:/bin", "LANG", "C.UTF-8"),
        SHORT_BACKOFF,
        Clock.systemUTC(),
        Node.THIS_MACHINE,
        RequestLog.NONE);
  }

  public LocalClusterOptions withPort(int newPort) {
    return new LocalClusterOptions(
        dataFolder, newPort, images, capacity, hostEnvironment, retry, clock, node, requests);
  }

  public LocalClusterOptions withImages(ImageCatalogue newImages) {
    return new LocalClusterOptions(
        dataFolder, port, newImages, capacity, hostEnvironment, retry, clock, node, requests);
  }

  /** Adds devices to the node, or sets how much it has of anything else. */
  public LocalClusterOptions withCapacity(String resource, String quantity) {
    var newCapacity = new HashMap<>(capacity);
    newCapacity.put(resource, new Quantity(quantity));
    return new LocalClusterOptions(
        dataFolder, port, images, newCapacity, hostEnvironment, retry, clock, node, requests);
  }

  public LocalClusterOptions withHostEnvironment(Map<String, String> newEnvironment) {
    return new LocalClusterOptions(
        dataFolder, port, images, capacity, newEnvironment, retry, clock, node, requests);
  }

  public LocalClusterOptions withRetry(Backoff newRetry) {
    return new LocalClusterOptions(
        dataFolder, port, images, capacity, hostEnvironment, newRetry, clock, node, requests);
  }

  /** Pods are left to whoever binds them and writes their status. */
  public LocalClusterOptions withoutNode() {
    return new LocalClusterOptions(
        dataFolder, port, images, capacity, hostEnvironment, retry, clock, Node.NONE, requests);
  }

  public LocalClusterOptions withRequests(RequestLog log) {
    return new LocalClusterOptions(
        dataFolder, port, images, capacity, hostEnvironment, retry, clock, node, log);
  }

  /** Who runs the pods. */
  public enum Node {
    /** A scheduler and a node whose containers are processes of this machine. */
    THIS_MACHINE,
    /** Nobody of this cluster. */
    NONE
  }
}
