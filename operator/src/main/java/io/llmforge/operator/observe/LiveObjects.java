package io.llmforge.operator.observe;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.llmforge.operator.identity.ObjectLabels;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Asks the API server itself, where absence in a cache is no proof. */
public final class LiveObjects {

  private final KubernetesClient client;

  public LiveObjects(KubernetesClient client) {
    this.client = client;
  }

  Optional<Job> job(String namespace, String name) {
    return Optional.ofNullable(
        client.batch().v1().jobs().inNamespace(namespace).withName(name).get());
  }

  List<Pod> podsOf(Job job) {
    Map<String, String> labels = job.getMetadata().getLabels();
    return client
        .pods()
        .inNamespace(job.getMetadata().getNamespace())
        .withLabel(ObjectLabels.JOB, labels.get(ObjectLabels.JOB))
        .withLabel(ObjectLabels.RUN, labels.get(ObjectLabels.RUN))
        .withLabel(ObjectLabels.STAGE, labels.get(ObjectLabels.STAGE))
        .withLabel(ObjectLabels.ATTEMPT, labels.get(ObjectLabels.ATTEMPT))
        .list()
        .getItems();
  }
}
