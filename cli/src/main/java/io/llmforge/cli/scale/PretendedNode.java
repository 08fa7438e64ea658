package io.llmforge.cli.scale;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.llmforge.crds.plan.PodContract;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/**
 * Says of every pod that it runs, and that it has ended when it is told to. A pod with scheduling
 * gates is left alone, as a scheduler would.
 */
public final class PretendedNode implements AutoCloseable {

  private static final int WRITERS = 4;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final KubernetesClient client;
  private final String address;
  private final String namespace;
  private final Clock clock;
  private final SharedIndexInformer<Pod> pods;
  private final ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
  private final Set<String> taken = ConcurrentHashMap.newKeySet();
  private final Map<String, String> podOfJob = new ConcurrentHashMap<>();
  private final Map<String, Long> runningSince = new ConcurrentHashMap<>();

  /**
   * A node.
   *
   * @param address of every pod
   * @param namespace whose pods it runs
   */
  public PretendedNode(KubernetesClient client, String address, String namespace, Clock clock) {
    this.client = client;
    this.address = address;
    this.namespace = namespace;
    this.clock = clock;
    this.pods = client.pods().inNamespace(namespace).runnableInformer(0);
  }

  /** Runs every pod until it is told to end. */
  public void start() {
    start(pod -> {});
  }

  /**
   * Runs every pod.
   *
   * @param runs is told of each one that runs
   */
  public void start(Consumer<Pod> runs) {
    pods.addEventHandler(new Arrivals(runs));
    pods.run();
  }

  /** How many pods there ever were. */
  int pods() {
    return taken.size();
  }

  /** When each FineTuneJob's newest pod was said to run, as {@link System#nanoTime}. */
  Map<String, Long> runningSince() {
    return Map.copyOf(runningSince);
  }

  /** Ends the newest pod of a FineTuneJob well. */
  void endOf(String job, String lastWords) {
    end(
        requireNonNull(podOfJob.get(job), () -> "no pod of FineTuneJob %s runs".formatted(job)),
        lastWords);
  }

  /** Ends a pod well. */
  public void end(String pod, String lastWords) {
    Map<String, Object> terminated =
        Map.of(
            "exitCode",
            0,
            "reason",
            "Completed",
            "message",
            lastWords,
            "startedAt",
            time(),
            "finishedAt",
            time());
    write(pod, "Succeeded", "False", Map.of("terminated", terminated));
  }

  private void run(Pod pod, Consumer<Pod> runs) {
    String name = pod.getMetadata().getName();
    String job = pod.getMetadata().getLabels().get("llmforge.io/job");
    podOfJob.put(job, name);
    runningSince.put(job, System.nanoTime());
    write(name, "Running", "True", Map.of("running", Map.of("startedAt", time())));
    runs.accept(pod);
  }

  private void write(String pod, String phase, String ready, Map<String, Object> containerState) {
    Map<String, Object> container =
        Map.of(
            "name",
            PodContract.TRAINER_CONTAINER,
            "image",
            "pretended",
            "imageID",
            "",
            "ready",
            ready.equals("True"),
            "restartCount",
            0,
            "state",
            containerState);
    Map<String, Object> status =
        Map.of(
            "phase",
            phase,
            "podIP",
            address,
            "conditions",
            List.of(Map.of("type", "Ready", "status", ready, "lastTransitionTime", time())),
            "containerStatuses",
            List.of(container));
    client
        .pods()
        .inNamespace(namespace)
        .withName(pod)
        .subresource("status")
        .patch(PatchContext.of(PatchType.JSON_MERGE), json(Map.of("status", status)));
  }

  private static String json(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("maps and strings are JSON", e);
    }
  }

  private String time() {
    return clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
  }

  @Override
  public void close() {
    pods.close();
    writers.shutdownNow();
  }

  private final class Arrivals implements ResourceEventHandler<Pod> {
    private final Consumer<Pod> runs;

    Arrivals(Consumer<Pod> runs) {
      this.runs = runs;
    }

    @Override
    public void onAdd(Pod pod) {
      arrived(pod);
    }

    @Override
    public void onUpdate(Pod before, Pod pod) {
      arrived(pod);
    }

    @Override
    public void onDelete(Pod pod, boolean finalStateUnknown) {}

    private void arrived(Pod pod) {
      boolean gated = !requireNonNullElse(pod.getSpec().getSchedulingGates(), List.of()).isEmpty();
      if (!gated && taken.add(pod.getMetadata().getName())) {
        writers.execute(() -> run(pod, runs));
      }
    }
  }
}
