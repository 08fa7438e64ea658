package io.llmforge.operator.desired;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;

/**
 * The Job that brings a finished result out of the cluster, when the accelerators are free again.
 * Its pod is replaced when Kubernetes needed its place; the operator decides about any other end.
 */
final class PublishJob {

  private PublishJob() {}

  static Job of(RunOrder order, PodDefaults defaults) {
    return new JobBuilder()
        .withMetadata(OwnedMetadata.ofAttempt(order))
        .withNewSpec()
        .withCompletionMode("Indexed")
        .withCompletions(1)
        .withParallelism(1)
        .withBackoffLimit(0)
        .withPodReplacementPolicy("Failed")
        .withPodFailurePolicy(FailurePolicies.ofPublisher())
        .withTemplate(TrainerPodTemplate.of(order, defaults))
        .endSpec()
        .build();
  }
}
