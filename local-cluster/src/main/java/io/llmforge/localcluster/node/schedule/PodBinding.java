package io.llmforge.localcluster.node.schedule;

import io.fabric8.kubernetes.api.model.BindingBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.llmforge.localcluster.control.EventRecorder;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;

/** The writes of the scheduler. */
final class PodBinding {
  private static final String POD_SCHEDULED = "PodScheduled";

  private final KubernetesClient client;
  private final EventRecorder events;
  private final Clock clock;

  PodBinding(KubernetesClient client, Clock clock) {
    this.client = client;
    this.clock = clock;
    this.events = new EventRecorder(client, "default-scheduler", clock);
  }

  void bind(Pod pod, String node) {
    var meta = pod.getMetadata();
    try {
      createBinding(pod, node);
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
        throw e;
      }
      // An API server without the binding resource; if it is the pod that is gone, this says so.
      client
          .resource(pod)
          .edit(live -> new PodBuilder(live).editSpec().withNodeName(node).endSpec().build());
    }
    events.record(
        pod,
        EventRecorder.Type.NORMAL,
        "Scheduled",
        "Successfully assigned %s/%s to %s".formatted(meta.getNamespace(), meta.getName(), node));
  }

  private void createBinding(Pod pod, String node) {
    var meta = pod.getMetadata();
    var binding =
        new BindingBuilder()
            .withNewMetadata()
            .withName(meta.getName())
            .withNamespace(meta.getNamespace())
            .withUid(meta.getUid())
            .endMetadata()
            .withNewTarget()
            .withApiVersion("v1")
            .withKind("Node")
            .withName(node)
            .endTarget()
            .build();
    var url =
        "/api/v1/namespaces/%s/pods/%s/binding".formatted(meta.getNamespace(), meta.getName());
    client.raw(url, "POST", binding);
  }

  void reportGated(Pod pod) {
    report(pod, "SchedulingGated", "Scheduling is blocked due to non-empty scheduling gates");
  }

  void reportUnschedulable(Pod pod, String message) {
    if (report(pod, "Unschedulable", message)) {
      events.record(pod, EventRecorder.Type.WARNING, "FailedScheduling", message);
    }
  }

  /** Nobody else will tell those who wait for its end that the pod never ran. */
  void reportAbandoned(Pod pod) {
    try {
      client
          .resource(pod)
          .editStatus(
              live ->
                  new PodBuilder(live).editOrNewStatus().withPhase("Failed").endStatus().build());
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
        throw e;
      }
    }
  }

  /** Answers whether this is news. */
  private boolean report(Pod pod, String reason, String message) {
    var known =
        pod.getStatus() != null
            && pod.getStatus().getConditions().stream()
                .anyMatch(
                    c ->
                        POD_SCHEDULED.equals(c.getType())
                            && reason.equals(c.getReason())
                            && Objects.equals(message, c.getMessage()));
    if (known) {
      return false;
    }
    var condition =
        new PodConditionBuilder()
            .withType(POD_SCHEDULED)
            .withStatus("False")
            .withReason(reason)
            .withMessage(message)
            .withLastTransitionTime(Instant.now(clock).truncatedTo(ChronoUnit.SECONDS).toString())
            .build();
    client.resource(pod).editStatus(live -> withCondition(live, condition));
    return true;
  }

  private static Pod withCondition(Pod pod, PodCondition condition) {
    return new PodBuilder(pod)
        .editOrNewStatus()
        .withPhase("Pending")
        .removeMatchingFromConditions(c -> POD_SCHEDULED.equals(c.getType()))
        .addToConditions(condition)
        .endStatus()
        .build();
  }
}
