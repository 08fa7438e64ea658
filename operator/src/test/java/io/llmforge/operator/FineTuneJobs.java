package io.llmforge.operator;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.JobCondition;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The FineTuneJobs of a cluster's default namespace, and what belongs to them.
 *
 * @param client client of the cluster
 */
record FineTuneJobs(KubernetesClient client) {

  static final Duration PATIENCE = Duration.ofMinutes(2);

  void apply(String name, ObjectNode config) {
    client
        .resource(JobFixture.manifest(name, config))
        .inNamespace(client.getNamespace())
        .serverSideApply();
  }

  /** Applies one that is suspended from its first moment. */
  void applySuspended(String name, ObjectNode config) {
    FineTuneJob job = JobFixture.manifest(name, config);
    job.setSpec(SpecDraft.of(config).suspend(true).build());
    client.resource(job).inNamespace(client.getNamespace()).create();
  }

  /** Sets {@code spec.suspend}, as kubectl patch does. */
  void suspend(String name, Suspension suspension) {
    patch(name, "{\"spec\":{\"suspend\":%s}}".formatted(suspension == Suspension.ON));
  }

  /** Sets {@code spec.retryToken}, as kubectl patch does. */
  void retry(String name, String token) {
    patch(name, "{\"spec\":{\"retryToken\":\"%s\"}}".formatted(token));
  }

  private void patch(String name, String change) {
    client
        .resources(FineTuneJob.class)
        .inNamespace(client.getNamespace())
        .withName(name)
        .patch(PatchContext.of(PatchType.JSON_MERGE), change);
  }

  /** Whether a job is suspended. */
  enum Suspension {
    ON,
    OFF
  }

  /** Names of the pods of a FineTuneJob that have not ended. */
  List<String> podsAtWork(String name) {
    return client
        .pods()
        .inNamespace(client.getNamespace())
        .withLabel("llmforge.io/job", name)
        .list()
        .getItems()
        .stream()
        .filter(pod -> !Set.of("Failed", "Succeeded").contains(pod.getStatus().getPhase()))
        .map(pod -> pod.getMetadata().getName())
        .toList();
  }

  FineTuneJobStatus status(String name) {
    return client
        .resources(FineTuneJob.class)
        .inNamespace(client.getNamespace())
        .withName(name)
        .get()
        .getStatus();
  }

  FineTuneJobStatus awaitPhase(String name, Phase phase) {
    return awaitStatus(name, status -> status.phase() == phase);
  }

  /** Waits until the status records a Job. */
  FineTuneJobStatus awaitJob(String name, String job) {
    return awaitStatus(name, status -> status.run() != null && job.equals(status.run().job()));
  }

  FineTuneJobStatus awaitStatus(String name, Predicate<FineTuneJobStatus> condition) {
    return await("status of " + name)
        .pollInterval(Duration.ofMillis(50))
        .atMost(PATIENCE)
        .until(() -> status(name), status -> status != null && condition.test(status));
  }

  /** Names of the Jobs of a FineTuneJob that ask for accelerators. */
  List<String> jobs(String name) {
    return allJobs(name).stream().filter(job -> !job.contains("-preflight-")).toList();
  }

  /** Names of the Jobs of a FineTuneJob, also of those that only look. */
  List<String> allJobs(String name) {
    return client
        .batch()
        .v1()
        .jobs()
        .inNamespace(client.getNamespace())
        .withLabel("llmforge.io/job", name)
        .list()
        .getItems()
        .stream()
        .map(job -> job.getMetadata().getName())
        .toList();
  }

  Job job(String name) {
    return client.batch().v1().jobs().inNamespace(client.getNamespace()).withName(name).get();
  }

  List<String> events(String name) {
    return client.v1().events().inNamespace(client.getNamespace()).list().getItems().stream()
        .filter(event -> name.equals(event.getInvolvedObject().getName()))
        .map(Event::getMessage)
        .toList();
  }

  static JobCondition condition(FineTuneJobStatus status, String type) {
    return status.conditions().stream()
        .filter(condition -> condition.type().equals(type))
        .findFirst()
        .orElseThrow();
  }
}
