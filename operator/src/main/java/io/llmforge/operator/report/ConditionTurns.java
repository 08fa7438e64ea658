package io.llmforge.operator.report;

import static java.util.Objects.requireNonNullElse;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.JobCondition;
import io.llmforge.operator.decide.Reason;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Which conditions turned from one status to the next. */
final class ConditionTurns {

  private static final Set<String> UNSAID =
      Set.of(
          Reason.NOT_REQUIRED.text(),
          Reason.STARTING.text(),
          Reason.PODS_PENDING.text(),
          Reason.VALIDATING.text(),
          Reason.ENDED.text(),
          Reason.NOT_TRAINING.text(),
          Reason.NOT_YET.text());

  private ConditionTurns() {}

  /**
   * Conditions that speak and whose status or reason changed. On the first pass all of them are
   * new; only those that hold, a refusal and a wait for quota are worth a word then. What a task
   * does not need, and what is on its way to the next word, is never worth one.
   */
  static List<JobCondition> between(FineTuneJobStatus before, FineTuneJobStatus after) {
    List<JobCondition> earlier = conditions(before);
    return conditions(after).stream()
        .filter(ConditionTurns::speaks)
        .filter(condition -> !UNSAID.contains(requireNonNullElse(condition.reason(), "")))
        .filter(condition -> turned(condition, earlier))
        .toList();
  }

  private static boolean turned(JobCondition condition, List<JobCondition> earlier) {
    return earlier.stream()
        .filter(other -> other.type().equals(condition.type()))
        .findFirst()
        .map(
            other ->
                !hasBegunToTrain(other, condition)
                    && (!other.status().equals(condition.status())
                        || !Objects.equals(other.reason(), condition.reason())))
        .orElseGet(() -> isNewsAtFirst(condition));
  }

  private static boolean hasBegunToTrain(JobCondition before, JobCondition after) {
    return Reason.NOT_TRAINING.text().equals(before.reason())
        && Reason.PROGRESSING.text().equals(after.reason());
  }

  private static boolean isNewsAtFirst(JobCondition condition) {
    return condition.status().equals("True")
        || condition.type().equals(ConditionType.ACCEPTED.text())
        || waitsForQuota(condition);
  }

  private static boolean waitsForQuota(JobCondition condition) {
    return condition.type().equals(ConditionType.QUOTA_RESERVED.text())
        && !Reason.NOT_STARTED.text().equals(condition.reason());
  }

  private static boolean speaks(JobCondition condition) {
    return Arrays.stream(ConditionType.values())
        .anyMatch(type -> type.speaks() && type.text().equals(condition.type()));
  }

  private static List<JobCondition> conditions(FineTuneJobStatus status) {
    return requireNonNullElse(status.conditions(), List.of());
  }
}
