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

/**
 * Says of every pod that it runs, and that it has ended when it is told to. A pod with scheduling
 * gates is left alone, as a scheduler would.
 */
final class PretendedNode implements AutoCloseable {

  private static final int WRITERS = 4;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final KubernetesClient client;
  private final String address;
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
   */
  PretendedNode(KubernetesClient client, String address, Clock clock) {
    this.client = client;
    this.address = address;
    this.clock = clock;
    this.pods = client.pods().inNamespace(ScaleRun.NAMESPACE).runnableInformer(0);
  }

  void start() {
    pods.addEventHandler(new Arrivals());
    pods.run();
  }

  /** How many pods there ever were. */
  int pods() {
    return taken.size();
  }

  /** When each FineTuneJob's pod was said to run, by name, as {@link System#nanoTime}. */
  Map<String, Long> runningSince() {
    return Map.copyOf(runningSince);
  }

  /** Ends the pod of a FineTuneJob well. */
  void end(String job, String lastWords) {
    String pod =
        requireNonNull(podOfJob.get(job), () -> "no pod of FineTuneJob %s runs".formatted(job));
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

  private void run(Pod pod) {
    String name = pod.getMetadata().getName();
    String job = pod.getMetadata().getLabels().get("llmforge.io/job");
    write(name, "Running", "True", Map.of("running", Map.of("startedAt", time())));
    podOfJob.put(job, name);
    runningSince.put(job, System.nanoTime());
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
        .inNamespace(ScaleRun.NAMESPACE)
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
        writers.execute(() -> run(pod));
      }
    }
  }
}
