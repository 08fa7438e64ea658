package io.llmforge.operator.desired;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicy;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyBuilder;
import io.llmforge.crds.plan.FailureCode;
import io.llmforge.crds.plan.FailureCode.FailureClass;
import io.llmforge.crds.plan.PodContract;
import java.util.Arrays;
import java.util.List;

/**
 * The Job of one attempt. Its only pod is replaced in place when Kubernetes needed its place; any
 * other end of it ends the attempt, and the operator decides whether there is another.
 */
final class AttemptJob {

  private static final int PODS = 1;

  private AttemptJob() {}

  static Job of(RunOrder order, PodDefaults defaults) {
    String name = order.names().train(order.run().attempt());
    return new JobBuilder()
        .withMetadata(OwnedMetadata.ofAttempt(order, name))
        .withNewSpec()
        .withCompletionMode("Indexed")
        .withCompletions(PODS)
        .withParallelism(PODS)
        .withBackoffLimit(0)
        .withPodReplacementPolicy("Failed")
        .withPodFailurePolicy(podFailurePolicy())
        .withTemplate(TrainerPodTemplate.of(order, defaults))
        .endSpec()
        .build();
  }

  private static PodFailurePolicy podFailurePolicy() {
    return new PodFailurePolicyBuilder()
        .addNewRule()
        .withAction("Ignore")
        .addNewOnPodCondition()
        .withType("DisruptionTarget")
        .withStatus("True")
        .endOnPodCondition()
        .endRule()
        .addNewRule()
        .withAction("FailJob")
        .withNewOnExitCodes()
        .withContainerName(PodContract.TRAINER_CONTAINER)
        .withOperator("In")
        .withValues(fatalExitCodes())
        .endOnExitCodes()
        .endRule()
        .build();
  }

  private static List<Integer> fatalExitCodes() {
    return Arrays.stream(FailureCode.values())
        .filter(code -> code.failureClass() == FailureClass.FATAL)
        .map(FailureCode::exitCode)
        .sorted()
        .toList();
  }
}
