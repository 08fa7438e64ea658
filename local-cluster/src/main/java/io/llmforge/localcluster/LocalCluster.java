package io.llmforge.localcluster;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.llmforge.localcluster.api.ApiServerOptions;
import io.llmforge.localcluster.api.KubernetesApiServer;
import io.llmforge.localcluster.api.http.RequestLog;
import io.llmforge.localcluster.garbage.GarbageCollector;
import io.llmforge.localcluster.jobs.ClaimBinder;
import io.llmforge.localcluster.jobs.FolderVolumes;
import io.llmforge.localcluster.jobs.JobController;
import io.llmforge.localcluster.jobs.VolumeFolders;
import io.llmforge.localcluster.node.NodeAgent;
import io.llmforge.localcluster.node.NodeHeartbeat;
import io.llmforge.localcluster.node.NodeLogServer;
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
import java.util.Map;

/**
 * A cluster on this machine: an API server, the controllers, a scheduler and one node; or such a
 * node in a cluster that is there.
 */
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
    var volumes = new VolumeFolders(options.dataFolder().resolve("volumes"), Map.of());
    if (options.node() == LocalClusterOptions.Node.THIS_MACHINE) {
      startAgent(
          node(options, NODE_NAME, Map.of(), volumes), nodeParts(options, logs), client, parts);
      opened(parts, new Scheduler(client, clock)).start();
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

  /**
   * Gives a cluster that is there a node of this machine, and folders to the claims of one
   * namespace; all else is the cluster's own. The port of the options does not matter.
   *
   * @param leaving is closed first, while the node still serves its pods
   */
  static LocalCluster join(LocalClusterOptions options, ClusterAccess access, AutoCloseable leaving)
      throws IOException {
    Files.createDirectories(options.dataFolder());
    var parts = new ArrayDeque<AutoCloseable>();
    try {
      var config = Config.fromKubeconfig(access.kubeconfigOfNamespace());
      var client = opened(parts, client(config));
      var kubeconfig = options.dataFolder().resolve("kubeconfig");
      Files.writeString(kubeconfig, kubeconfig(options, access, config, parts));
      var volumes =
          new VolumeFolders(
              options.dataFolder().resolve("volumes"),
              Map.of(access.namespace(), access.volumesFolder()));
      if (options.node() == LocalClusterOptions.Node.THIS_MACHINE) {
        joinNode(options, access, volumes, client, parts);
      }
      var folders =
          opened(parts, new FolderVolumes(client, access.namespace(), access.labels(), volumes));
      folders.start();
      parts.push(leaving);
      return new LocalCluster(kubeconfig, client, volumes, parts);
    } catch (IOException | RuntimeException e) {
      closeAll(parts);
      throw e;
    }
  }

  /** Whoever wants to know of requests gets a kubeconfig that leads past a log of them. */
  private static String kubeconfig(
      LocalClusterOptions options, ClusterAccess access, Config config, Deque<AutoCloseable> parts)
      throws IOException {
    return options.requests().equals(RequestLog.NONE)
        ? access.kubeconfigOfNamespace()
        : opened(parts, RequestProxy.start(config, options.requests()))
            .kubeconfig(access.namespace());
  }

  private static void joinNode(
      LocalClusterOptions options,
      ClusterAccess access,
      VolumeFolders volumes,
      KubernetesClient client,
      Deque<AutoCloseable> parts)
      throws IOException {
    var name = "llmforge-" + access.namespace();
    parts.push(() -> client.nodes().withName(name).delete());
    var logs = new ContainerLogs();
    startAgent(
        node(options, name, access.labels(), volumes), nodeParts(options, logs), client, parts);
    opened(parts, NodeLogServer.start(logs, options.dataFolder())).announce(client, name);
    opened(parts, NodeHeartbeat.start(client, name, options.clock()));
  }

  private static void startAgent(
      NodeOptions node,
      NodeAgent.NodeParts nodeParts,
      KubernetesClient client,
      Deque<AutoCloseable> parts) {
    var addresses = new PodAddresses(client.getMasterUrl().getPort() * ADDRESS_SPREAD);
    opened(parts, new NodeAgent(client, node, addresses, nodeParts)).start();
  }

  private static NodeAgent.NodeParts nodeParts(LocalClusterOptions options, ContainerLogs logs) {
    var runtime = new ProcessRuntime(options.hostEnvironment().getOrDefault("PATH", ""));
    return new NodeAgent.NodeParts(runtime, logs, options.clock());
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

  private static KubernetesClient client(Config known) {
    var config = new ConfigBuilder(known).withUserAgent(USER_AGENT).build();
    return new KubernetesClientBuilder().withConfig(config).build();
  }

  private static NodeOptions node(
      LocalClusterOptions options, String name, Map<String, String> labels, VolumeFolders volumes) {
    return new NodeOptions(
        name,
        labels,
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

  /** A client of this cluster and of the namespace to work in, closed with it. */
  public KubernetesClient client() {
    return client;
  }

  /**
   * Makes a kind known, in the version of this file, and waits until it is served.
   *
   * @throws IOException when the file cannot be read
   */
  public void define(Path customResourceDefinition) throws IOException {
    var text = Files.readString(customResourceDefinition);
    Definitions.define(client, Serialization.unmarshal(text, CustomResourceDefinition.class));
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
