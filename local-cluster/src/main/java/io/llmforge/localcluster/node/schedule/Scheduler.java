package io.llmforge.localcluster.node.schedule;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.llmforge.localcluster.control.Backoff;
import io.llmforge.localcluster.control.EachChange;
import io.llmforge.localcluster.control.KeyedWorkQueue;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Binds pods to nodes, oldest pod first. All waiting pods are looked at whenever a pod, node or
 * claim changes, because any of these may have made room.
 */
public final class Scheduler implements AutoCloseable {
  private static final Backoff API_RETRY =
      new Backoff(Duration.ofMillis(50), Duration.ofSeconds(10));
  private static final String ALL_WAITING_PODS = "all";
  private static final String DEFAULT_SCHEDULER = "default-scheduler";

  private final PodBinding binding;
  private final KeyedWorkQueue queue;
  private final SharedIndexInformer<Pod> pods;
  private final SharedIndexInformer<Node> nodes;
  private final SharedIndexInformer<PersistentVolumeClaim> claims;

  /** Node by uid of pods that were bound, until the informer shows it. */
  private final Map<String, String> assumed = new HashMap<>();

  public Scheduler(KubernetesClient client, Clock clock) {
    this.binding = new PodBinding(client, clock);
    this.queue = new KeyedWorkQueue("scheduler", API_RETRY, key -> placeAll());
    this.pods = client.pods().inAnyNamespace().runnableInformer(0);
    this.nodes = client.nodes().runnableInformer(0);
    this.claims = client.persistentVolumeClaims().inAnyNamespace().runnableInformer(0);
  }

  public void start() {
    pods.addEventHandler(new EachChange<>(pod -> queue.add(ALL_WAITING_PODS)));
    nodes.addEventHandler(new EachChange<>(node -> queue.add(ALL_WAITING_PODS)));
    claims.addEventHandler(new EachChange<>(claim -> queue.add(ALL_WAITING_PODS)));
    nodes.run();
    claims.run();
    pods.run();
  }

  private Optional<Duration> placeAll() {
    var known = pods.getStore().list();
    forgetConfirmed(known);
    known.stream().filter(Scheduler::isAbandoned).forEach(binding::reportAbandoned);
    known.stream()
        .filter(Scheduler::isWaiting)
        .filter(pod -> !assumed.containsKey(pod.getMetadata().getUid()))
        .sorted(
            Comparator.comparing((Pod pod) -> pod.getMetadata().getCreationTimestamp())
                .thenComparing(pod -> pod.getMetadata().getName()))
        .forEach(pod -> place(pod, known));
    return Optional.empty();
  }

  private void forgetConfirmed(List<Pod> known) {
    var unconfirmed = new HashSet<String>();
    for (var pod : known) {
      if (pod.getSpec().getNodeName() == null) {
        unconfirmed.add(pod.getMetadata().getUid());
      }
    }
    assumed.keySet().retainAll(unconfirmed);
  }

  private static boolean isWaiting(Pod pod) {
    var scheduler = pod.getSpec().getSchedulerName();
    return pod.getSpec().getNodeName() == null
        && pod.getMetadata().getDeletionTimestamp() == null
        && (scheduler == null || DEFAULT_SCHEDULER.equals(scheduler));
  }

  /** Deleted before any node had it, but kept by a finalizer. */
  private static boolean isAbandoned(Pod pod) {
    return pod.getSpec().getNodeName() == null
        && pod.getMetadata().getDeletionTimestamp() != null
        && !hasEnded(pod);
  }

  private void place(Pod pod, List<Pod> known) {
    try {
      switch (Scheduling.decide(pod, rooms(known), this::claimPhase)) {
        case Placement.OnNode(var node) -> {
          binding.bind(pod, node);
          assumed.put(pod.getMetadata().getUid(), node);
        }
        case Placement.Gated() -> binding.reportGated(pod);
        case Placement.Unschedulable(var message) -> binding.reportUnschedulable(pod, message);
      }
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
        throw e;
      }
    }
  }

  private List<NodeRoom> rooms(List<Pod> known) {
    var taken = new HashMap<String, ResourceAmounts>();
    for (var pod : known) {
      var node =
          Objects.requireNonNullElse(
              pod.getSpec().getNodeName(), assumed.getOrDefault(pod.getMetadata().getUid(), ""));
      if (!node.isEmpty() && !hasEnded(pod)) {
        taken.merge(node, ResourceAmounts.requestedBy(pod), ResourceAmounts::plus);
      }
    }
    return nodes.getStore().list().stream()
        .map(
            node ->
                new NodeRoom(
                    node, taken.getOrDefault(node.getMetadata().getName(), ResourceAmounts.NONE)))
        .toList();
  }

  private static boolean hasEnded(Pod pod) {
    var phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
    return "Succeeded".equals(phase) || "Failed".equals(phase);
  }

  private Optional<String> claimPhase(String namespace, String claim) {
    return Optional.ofNullable(claims.getStore().getByKey(namespace + "/" + claim))
        .map(found -> found.getStatus() == null ? "Pending" : found.getStatus().getPhase());
  }

  @Override
  public void close() {
    pods.close();
    nodes.close();
    claims.close();
    queue.close();
  }
}
