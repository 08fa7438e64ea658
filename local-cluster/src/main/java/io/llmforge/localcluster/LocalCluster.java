package io.llmforge.localcluster;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.llmforge.localcluster.api.ApiServerOptions;
import io.llmforge.localcluster.api.KubernetesApiServer;
import io.llmforge.localcluster.garbage.GarbageCollector;
import io.llmforge.localcluster.jobs.ClaimBinder;
import io.llmforge.localcluster.jobs.JobController;
import io.llmforge.localcluster.jobs.VolumeFolders;
import io.llmforge.localcluster.node.NodeAgent;
import io.llmforge.localcluster.node.NodeOptions;
import io.llmforge.localcluster.node.PodAddresses;
import io.llmforge.localcluster.node.container.ContainerLogs;
import io.llmforge.localcluster.node.container.ProcessRuntime;
import io.llmforge.localcluster.node.schedule.Scheduler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** A cluster on this machine: an API server, the controllers, a scheduler and one node. */
public final class LocalCluster implements AutoCloseable {
  /** What the cluster's own parts, and tests that use its client, call themselves. */
  public static final String USER_AGENT = "llmforge-local-cluster";

  private static final String NODE_NAME = "local";
  private static final Duration CLOSING_GRACE = Duration.ofSeconds(5);

  /** Neighbouring ports must not mean neighbouring pod addresses. */
  private static final int ADDRESS_SPREAD = 7919;

  private final Path kubeconfig;
  private final KubernetesClient client;
  private final VolumeFolders volumes;
  private final Deque<AutoCloseable> parts;

  private LocalCluster(
      Path kubeconfig, KubernetesClient client, VolumeFolders volumes, Deque<AutoCloseable> parts) {
    this.kubeconfig = kubeconfig;
    this.client = client;
    this.volumes = volumes;
    this.parts = parts;
  }

  /** Starts all parts; pods run as soon as they are created. */
  public static LocalCluster start(LocalClusterOptions options) throws IOException {
    Files.createDirectories(options.dataFolder());
    var parts = new ArrayDeque<AutoCloseable>();
    try {
      return start(options, parts);
    } catch (IOException | RuntimeException e) {
      closeAll(parts);
      throw e;
    }
  }

  private static LocalCluster start(LocalClusterOptions options, Deque<AutoCloseable> parts)
      throws IOException {
    var clock = options.clock();
    var logs = new ContainerLogs();
    var server =
        opened(
            parts,
            KubernetesApiServer.start(
                ApiServerOptions.inMemory(clock)
                    .withPort(options.port())
                    .withLogs(logs)
                    .withRequests(options.requests())));
    var client = opened(parts, client(server.url()));
    var volumes = new VolumeFolders(options.dataFolder().resolve("volumes"));
    if (options.node() == LocalClusterOptions.Node.THIS_MACHINE) {
      var runtime = new ProcessRuntime(options.hostEnvironment().getOrDefault("PATH", ""));
      startNode(options, volumes, client, new NodeAgent.NodeParts(runtime, logs, clock), parts);
    }
    var binder = opened(parts, new ClaimBinder(client, volumes, clock));
    var jobs = opened(parts, new JobController(client, clock, options.retry()));
    var garbage = opened(parts, new GarbageCollector(client));
    binder.start();
    jobs.start();
    garbage.start();
    var kubeconfig = options.dataFolder().resolve("kubeconfig");
    Files.writeString(kubeconfig, server.kubeconfig());
    return new LocalCluster(kubeconfig, client, volumes, parts);
  }

  private static void startNode(
      LocalClusterOptions options,
      VolumeFolders volumes,
      KubernetesClient client,
      NodeAgent.NodeParts nodeParts,
      Deque<AutoCloseable> parts) {
    var addresses = new PodAddresses(client.getMasterUrl().getPort() * ADDRESS_SPREAD);
    var node = opened(parts, new NodeAgent(client, node(options, volumes), addresses, nodeParts));
    var scheduler = opened(parts, new Scheduler(client, options.clock()));
    node.start();
    scheduler.start();
  }

  private static <T extends AutoCloseable> T opened(Deque<AutoCloseable> parts, T part) {
    parts.push(part);
    return part;
  }

  private static KubernetesClient client(String url) {
    var config =
        new ConfigBuilder(Config.empty())
            .withMasterUrl(url)
            .withNamespace("default")
            .withUserAgent(USER_AGENT)
            .withHttp2Disable(true)
            .withOnlyHttpWatches(true)
            .build();
    return new KubernetesClientBuilder().withConfig(config).build();
  }

  private static NodeOptions node(LocalClusterOptions options, VolumeFolders volumes) {
    return new NodeOptions(
        NODE_NAME,
        options.capacity(),
        options.dataFolder().resolve("pods"),
        volumes::of,
        options.images(),
        options.hostEnvironment(),
        options.retry(),
        CLOSING_GRACE);
  }

  /** A kubeconfig file for {@code kubectl} and other clients. */
  public Path kubeconfig() {
    return kubeconfig;
  }

  /** A client of this cluster, closed with it. */
  public KubernetesClient client() {
    return client;
  }

  /** Where the contents of a claim lie. */
  public Path volumeFolder(String namespace, String claim) {
    return volumes.of(namespace, claim);
  }

  /** Stops the controllers, ends every process of a pod, then stops the API server. */
  @Override
  public void close() {
    closeAll(parts);
  }

  private static void closeAll(Deque<AutoCloseable> parts) {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        System.getLogger(LocalCluster.class.getName())
            .log(System.Logger.Level.WARNING, "a part of the cluster did not close", e);
      }
    }
  }
}
