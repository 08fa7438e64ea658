package io.llmforge.operator.desired;

import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicy;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyRule;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyRuleBuilder;
import io.llmforge.crds.plan.FailureCode;
import io.llmforge.crds.plan.FailureCode.FailureClass;
import io.llmforge.crds.plan.PodContract;
import java.util.Arrays;
import java.util.List;

/** What a pod's exit code means for its Job. */
final class FailurePolicies {

  private static final String IGNORE = "Ignore";
  private static final String FAIL_JOB = "FailJob";

  private FailurePolicies() {}

  /** Only a pod whose place was needed is replaced; the operator starts every other attempt. */
  static PodFailurePolicy ofTrainer() {
    return new PodFailurePolicyBuilder().withRules(disruption(), exits(FAIL_JOB, fatal())).build();
  }

  /** A pod that was stopped is replaced and not counted: what it has scored stays. */
  static PodFailurePolicy ofReference() {
    return new PodFailurePolicyBuilder()
        .withRules(
            disruption(), exits(FAIL_JOB, fatal()), exits(IGNORE, exitCodes(FailureClass.RESUME)))
        .build();
  }

  private static PodFailurePolicyRule disruption() {
    return new PodFailurePolicyRuleBuilder()
        .withAction(IGNORE)
        .addNewOnPodCondition()
        .withType("DisruptionTarget")
        .withStatus("True")
        .endOnPodCondition()
        .build();
  }

  private static PodFailurePolicyRule exits(String action, List<Integer> exitCodes) {
    return new PodFailurePolicyRuleBuilder()
        .withAction(action)
        .withNewOnExitCodes()
        .withContainerName(PodContract.TRAINER_CONTAINER)
        .withOperator("In")
        .withValues(exitCodes)
        .endOnExitCodes()
        .build();
  }

  private static List<Integer> fatal() {
    return exitCodes(FailureClass.FATAL);
  }

  private static List<Integer> exitCodes(FailureClass failureClass) {
    return Arrays.stream(FailureCode.values())
        .filter(code -> code.failureClass() == failureClass)
        .map(FailureCode::exitCode)
        .sorted()
        .toList();
  }
}
