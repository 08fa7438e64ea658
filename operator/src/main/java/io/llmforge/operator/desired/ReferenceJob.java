package io.llmforge.operator.desired;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.llmforge.crds.plan.Objective.ReferencePlan;

/**
 * The Job that scores the preference rows with the starting model, a pod for each shard. A shard
 * that another try may help is tried again by the Job itself; the first that cannot be helped ends
 * the Job, as without it no training begins.
 */
final class ReferenceJob {

  /** Tries of a shard after the first that failed. */
  private static final int RETRIES_PER_SHARD = 2;

  private static final int MOST_FAILED_SHARDS = 0;

  private ReferenceJob() {}

  static Job of(RunOrder order, ReferencePlan reference, PodDefaults defaults) {
    return new JobBuilder()
        .withMetadata(OwnedMetadata.ofAttempt(order))
        .withNewSpec()
        .withCompletionMode("Indexed")
        .withCompletions(reference.shards())
        .withParallelism(reference.shards())
        .withBackoffLimitPerIndex(RETRIES_PER_SHARD)
        .withMaxFailedIndexes(MOST_FAILED_SHARDS)
        .withPodReplacementPolicy("Failed")
        .withPodFailurePolicy(FailurePolicies.ofReference())
        .withTemplate(TrainerPodTemplate.of(order, defaults))
        .endSpec()
        .build();
  }
}
