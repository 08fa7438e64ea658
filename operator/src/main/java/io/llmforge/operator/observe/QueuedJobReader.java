package io.llmforge.operator.observe;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.QueueProvider;
import io.llmforge.operator.identity.ObjectLabels;
import io.llmforge.operator.observe.QueuedJob.State;
import io.llmforge.operator.observe.QueuedJob.WorkloadName;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/** Reads what Kueue, or anybody else, has made of a Job. */
final class QueuedJobReader {

  private static final ObjectMapper JSON = new ObjectMapper();

  private QueuedJobReader() {}

  /** Empty for a Job that nobody else has to do with. */
  static Optional<QueuedJob> read(
      Job job, Collection<GenericKubernetesResource> workloads, FineTuneJobStatus recorded) {
    String queue =
        requireNonNullElse(job.getMetadata().getLabels(), Map.<String, String>of())
            .getOrDefault(ObjectLabels.KUEUE_QUEUE, "");
    State state = state(job, queue, recorded);
    boolean isNobodys = queue.isEmpty() && state == State.ADMITTED;
    if (isNobodys || (queue.isEmpty() && state == State.OVER)) {
      return Optional.empty();
    }
    Optional<GenericKubernetesResource> workload =
        workloads.stream()
            .filter(one -> Observer.isControlledBy(job.getMetadata().getUid(), one))
            .findFirst();
    return Optional.of(
        new QueuedJob(
            job.getMetadata().getName(),
            queue,
            state,
            workload.map(QueuedJobReader::said).orElse(""),
            workload.map(QueuedJobReader::name)));
  }

  private static State state(Job job, String queue, FineTuneJobStatus recorded) {
    if (ObjectLabels.EVICTED.equals(annotations(job).get(ObjectLabels.STOPPED))) {
      return State.LEAVING;
    }
    if (JobReader.state(job) != StageJob.State.ACTIVE) {
      return State.OVER;
    }
    if (!Boolean.TRUE.equals(job.getSpec().getSuspend())) {
      return State.ADMITTED;
    }
    if (queue.isEmpty()) {
      return State.SUSPENDED;
    }
    return wasAdmitted(job, recorded) ? State.EVICTED : State.WAITING;
  }

  private static Map<String, String> annotations(Job job) {
    return requireNonNullElse(job.getMetadata().getAnnotations(), Map.of());
  }

  // A Job keeps no trace of having run. What was admitted and evicted while no operator looked is
  // taken for a longer wait: when Kueue starts it again, it continues from its checkpoint as well.
  private static boolean wasAdmitted(Job job, FineTuneJobStatus recorded) {
    return recorded.run() != null
        && job.getMetadata().getName().equals(recorded.run().job())
        && recorded.queue() != null
        && recorded.queue().provider() == QueueProvider.Kueue
        && recorded.queue().waitingSince() == null;
  }

  private static String said(GenericKubernetesResource workload) {
    JsonNode status = JSON.valueToTree(workload).path("status");
    String evicted = message("Evicted", "True", status);
    String waiting = message("QuotaReserved", "False", status);
    String text =
        evicted.isEmpty() || waiting.isEmpty() ? evicted + waiting : evicted + " " + waiting;
    String again = status.path("requeueState").path("requeueAt").asText("");
    return again.isEmpty() ? text : "%s Kueue tries again at %s.".formatted(text, again).strip();
  }

  private static String message(String type, String value, JsonNode status) {
    for (JsonNode condition : status.path("conditions")) {
      if (condition.path("type").asText().equals(type)
          && condition.path("status").asText().equals(value)) {
        String reason = condition.path("reason").asText("");
        String message = condition.path("message").asText("");
        String text = message.isEmpty() ? reason : reason + ": " + message;
        return text.endsWith(".") ? text : text + ".";
      }
    }
    return "";
  }

  private static WorkloadName name(GenericKubernetesResource workload) {
    String apiVersion = workload.getApiVersion();
    return new WorkloadName(
        apiVersion.substring(apiVersion.indexOf('/') + 1), workload.getMetadata().getName());
  }
}
