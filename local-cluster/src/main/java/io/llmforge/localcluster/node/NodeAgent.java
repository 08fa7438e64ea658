package io.llmforge.localcluster.node;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.llmforge.localcluster.control.EventRecorder;
import io.llmforge.localcluster.node.PodWorker.PodPlace;
import io.llmforge.localcluster.node.container.ContainerLogs;
import io.llmforge.localcluster.node.container.ContainerRuntime;
import io.llmforge.localcluster.node.container.PodFields;
import io.llmforge.localcluster.node.container.PodVolumes;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.HttpURLConnection;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** Runs the pods that are bound to this node, and ends what it started when it is closed. */
public final class NodeAgent implements AutoCloseable {
  /** The label of nodes like this; its value says what containers are. */
  public static final String LABEL = "llmforge.io/containers";

  private static final System.Logger LOG = System.getLogger(NodeAgent.class.getName());

  private final KubernetesClient client;
  private final NodeOptions options;
  private final PodAddresses addresses;
  private final PodHosts hosts;
  private final NodeServices services;
  private final PodStatusWriter writer;
  private final StopSignal closing = new StopSignal();
  private final ExecutorService threads;
  private final SharedIndexInformer<Pod> pods;

  /** By uid. A pod that ends stays here until its object is gone. */
  private final Map<String, PodWorker> workers = new ConcurrentHashMap<>();

  /** Uids of pods whose deletion is under way. */
  private final Set<String> leaving = new HashSet<>();

  public NodeAgent(
      KubernetesClient client, NodeOptions options, PodAddresses addresses, NodeParts parts) {
    this.client = client;
    this.options = options;
    this.addresses = addresses;
    this.hosts = new PodHosts(options.podsFolder());
    this.threads =
        Executors.newCachedThreadPool(Thread.ofPlatform().name("node-", 0).daemon(true).factory());
    this.services =
        new NodeServices(
            parts.runtime(),
            options.images(),
            parts.logs(),
            new EventRecorder(client, "kubelet", parts.clock()),
            options.retry(),
            parts.clock(),
            threads);
    this.writer = new PodStatusWriter(client, parts.clock(), closing);
    this.pods = client.pods().inAnyNamespace().runnableInformer(0);
  }

  /** What the node works with. */
  public record NodeParts(ContainerRuntime runtime, ContainerLogs logs, Clock clock) {}

  public void start() {
    new NodeRegistration(client, services.clock()).register(options);
    pods.addEventHandler(new Changes());
    pods.run();
  }

  private final class Changes implements ResourceEventHandler<Pod> {
    @Override
    public void onAdd(Pod pod) {
      changed(pod);
    }

    @Override
    public void onUpdate(Pod before, Pod after) {
      changed(after);
    }

    @Override
    public void onDelete(Pod pod, boolean finalStateUnknown) {
      gone(pod);
    }
  }

  private synchronized void changed(Pod pod) {
    if (closing.isGiven() || !options.name().equals(pod.getSpec().getNodeName())) {
      return;
    }
    var uid = pod.getMetadata().getUid();
    var worker = workers.get(uid);
    if (pod.getMetadata().getDeletionTimestamp() != null) {
      var grace = grace(pod);
      if (leaving.add(uid)) {
        inBackground(pod, () -> leave(pod, worker, grace));
      } else if (worker != null && grace.isZero()) {
        inBackground(pod, worker::kill);
      }
      return;
    }
    if (worker == null && !hasEnded(pod)) {
      var fresh = worker(pod);
      workers.put(uid, fresh);
      inBackground(pod, wasRunning(pod) ? fresh::publishEnd : fresh::run);
    }
  }

  private static Duration grace(Pod pod) {
    var seconds = pod.getMetadata().getDeletionGracePeriodSeconds();
    return Duration.ofSeconds(seconds == null ? 0 : seconds);
  }

  private static String phase(Pod pod) {
    return pod.getStatus() == null || pod.getStatus().getPhase() == null
        ? "Pending"
        : pod.getStatus().getPhase();
  }

  private static boolean hasEnded(Pod pod) {
    return "Succeeded".equals(phase(pod)) || "Failed".equals(phase(pod));
  }

  /** Its processes belonged to a node that was closed; the pod has failed. */
  private static boolean wasRunning(Pod pod) {
    return "Running".equals(phase(pod));
  }

  private PodWorker worker(Pod pod) {
    var meta = pod.getMetadata();
    var configs = new ApiPodConfigs(client, meta.getNamespace());
    var fields = new PodFields(pod, addresses.take(), options.capacity());
    hosts.add(pod, fields.address());
    return new PodWorker(
        services,
        fields,
        new PodVolumes(configs, claim -> options.claimFolder().apply(meta.getNamespace(), claim)),
        new PodPlace(folder(pod), hostEnvironment(meta.getNamespace())),
        writer);
  }

  private Map<String, String> hostEnvironment(String namespace) {
    var environment = new HashMap<>(options.hostEnvironment());
    environment.put(PodHosts.VARIABLE, hosts.file(namespace).toString());
    return environment;
  }

  private Path folder(Pod pod) {
    var meta = pod.getMetadata();
    return options
        .podsFolder()
        .resolve(meta.getNamespace() + "_" + meta.getName() + "_" + meta.getUid());
  }

  private void leave(Pod pod, @Nullable PodWorker worker, Duration grace)
      throws InterruptedException {
    if (worker != null) {
      worker.shutDown(grace);
      worker.publishEnd();
    }
    try {
      client.resource(pod).withGracePeriod(0).delete();
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
        throw e;
      }
    }
  }

  /** The object is gone: whatever still runs of it ends now, and its folder goes. */
  private synchronized void gone(Pod pod) {
    var worker = workers.remove(pod.getMetadata().getUid());
    leaving.remove(pod.getMetadata().getUid());
    if (worker == null || closing.isGiven()) {
      return;
    }
    inBackground(
        pod,
        () -> {
          worker.kill();
          worker.shutDown(Duration.ZERO);
          services.logs().forget(worker.folder());
          Folders.delete(worker.folder());
          hosts.remove(pod);
          addresses.giveBack(worker.address());
        });
  }

  /** Work on a pod that may fail without harm to others. */
  @FunctionalInterface
  private interface PodWork {
    void run() throws InterruptedException, IOException;
  }

  private void inBackground(Pod pod, PodWork work) {
    threads.execute(
        () -> {
          try {
            work.run();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          } catch (IOException | RuntimeException e) {
            LOG.log(
                closing.isGiven() ? Level.DEBUG : Level.ERROR,
                "pod=" + pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName(),
                e);
          }
        });
  }

  /** Ends every process; what the pods were stays in the API as it was last told. */
  @Override
  public void close() {
    synchronized (this) {
      closing.give();
    }
    pods.close();
    var all = Set.copyOf(workers.values());
    try (var stopping = Executors.newCachedThreadPool()) {
      for (var worker : all) {
        stopping.execute(
            () -> {
              try {
                worker.shutDown(options.closingGrace());
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
      }
    }
    threads.shutdownNow();
  }
}
