package io.llmforge.localcluster.jobs;

import io.fabric8.kubernetes.api.model.batch.v1.SuccessPolicy;
import io.fabric8.kubernetes.api.model.batch.v1.SuccessPolicyRule;
import java.util.OptionalInt;

/** Finds the first rule of a {@code successPolicy} that the succeeded indexes meet. */
final class SuccessRules {
  private SuccessRules() {}

  /** The number of the rule that is met. */
  static OptionalInt firstMet(SuccessPolicy policy, IndexSet succeeded) {
    var rules = policy.getRules();
    for (var number = 0; number < rules.size(); number++) {
      if (isMet(rules.get(number), succeeded)) {
        return OptionalInt.of(number);
      }
    }
    return OptionalInt.empty();
  }

  private static boolean isMet(SuccessPolicyRule rule, IndexSet succeeded) {
    var enough = rule.getSucceededCount();
    if (rule.getSucceededIndexes() == null) {
      return enough != null && succeeded.size() >= enough;
    }
    var wanted = IndexSet.parse(rule.getSucceededIndexes());
    var reached = succeeded.countOf(wanted);
    return reached == wanted.size() || (enough != null && reached >= enough);
  }
}
