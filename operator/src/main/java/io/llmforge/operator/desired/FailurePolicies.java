package io.llmforge.operator.desired;

import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicy;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyRule;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyRuleBuilder;
import io.llmforge.crds.plan.FailureCode;
import io.llmforge.crds.plan.FailureCode.FailureClass;
import io.llmforge.crds.plan.PodContract;
import io.llmforge.crds.plan.TrainingPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What a pod's exit code means for its Job. */
final class FailurePolicies {

  private static final String IGNORE = "Ignore";
  private static final String FAIL_JOB = "FailJob";

  private FailurePolicies() {}

  /**
   * Only a pod whose place was needed is replaced, and only when it trains alone: a group starts
   * again as a whole. The operator starts every other attempt.
   */
  static PodFailurePolicy ofTrainer(TrainingPlan plan) {
    List<PodFailurePolicyRule> rules = new ArrayList<>();
    rules.add(disruption(plan.batch().devices() == 1 ? IGNORE : FAIL_JOB));
    rules.add(exits(FAIL_JOB, fatal(), PodContract.TRAINER_CONTAINER));
    return new PodFailurePolicyBuilder().withRules(rules).build();
  }

  /** A pod that was stopped is replaced and not counted: what it has scored stays. */
  static PodFailurePolicy ofReference() {
    return new PodFailurePolicyBuilder()
        .withRules(
            disruption(IGNORE),
            exits(FAIL_JOB, fatal(), PodContract.TRAINER_CONTAINER),
            exits(IGNORE, exitCodes(FailureClass.RESUME), PodContract.TRAINER_CONTAINER))
        .build();
  }

  /** A pod whose place was needed is replaced: what it has fetched stays. */
  static PodFailurePolicy ofPreflight(TrainingPlan plan) {
    List<PodFailurePolicyRule> rules = new ArrayList<>();
    rules.add(disruption(IGNORE));
    rules.add(exits(FAIL_JOB, fatal(), PodContract.TRAINER_CONTAINER));
    if (!plan.remoteSources().isEmpty()) {
      rules.add(exits(FAIL_JOB, fatal(), PodContract.FETCH_CONTAINER));
    }
    return new PodFailurePolicyBuilder().withRules(rules).build();
  }

  /** A pod whose place was needed is replaced: what it has sent stays. */
  static PodFailurePolicy ofPublisher() {
    return new PodFailurePolicyBuilder()
        .withRules(disruption(IGNORE), exits(FAIL_JOB, fatal(), PodContract.TRAINER_CONTAINER))
        .build();
  }

  private static PodFailurePolicyRule disruption(String action) {
    return new PodFailurePolicyRuleBuilder()
        .withAction(action)
        .addNewOnPodCondition()
        .withType("DisruptionTarget")
        .withStatus("True")
        .endOnPodCondition()
        .build();
  }

  private static PodFailurePolicyRule exits(
      String action, List<Integer> exitCodes, String container) {
    return new PodFailurePolicyRuleBuilder()
        .withAction(action)
        .withNewOnExitCodes()
        .withContainerName(container)
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
