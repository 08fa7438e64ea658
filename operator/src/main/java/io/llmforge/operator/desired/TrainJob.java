package io.llmforge.operator.desired;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;

/**
 * The Job of one attempt at training: a pod for each device. An only pod is replaced in place when
 * Kubernetes needed its place; any other end of a pod ends the attempt of all, and the operator
 * decides whether there is another.
 */
final class TrainJob {

  private TrainJob() {}

  static Job of(RunOrder order, PodDefaults defaults) {
    int pods = order.plan().batch().devices();
    return new JobBuilder()
        .withMetadata(OwnedMetadata.ofAttempt(order))
        .withNewSpec()
        .withCompletionMode("Indexed")
        .withCompletions(pods)
        .withParallelism(pods)
        .withBackoffLimit(0)
        .withPodReplacementPolicy("Failed")
        .withPodFailurePolicy(FailurePolicies.ofTrainer(order.plan()))
        .withTemplate(TrainerPodTemplate.of(order, defaults))
        .endSpec()
        .build();
  }
}
