package io.llmforge.operator.desired;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;

/**
 * The Job of one attempt at training. Its only pod is replaced in place when Kubernetes needed its
 * place; any other end of it ends the attempt, and the operator decides whether there is another.
 */
final class TrainJob {

  private static final int PODS = 1;

  private TrainJob() {}

  static Job of(RunOrder order, PodDefaults defaults) {
    return new JobBuilder()
        .withMetadata(OwnedMetadata.ofAttempt(order))
        .withNewSpec()
        .withCompletionMode("Indexed")
        .withCompletions(PODS)
        .withParallelism(PODS)
        .withBackoffLimit(0)
        .withPodReplacementPolicy("Failed")
        .withPodFailurePolicy(FailurePolicies.ofTrainer(order.plan()))
        .withTemplate(TrainerPodTemplate.of(order, defaults))
        .endSpec()
        .build();
  }
}
