package io.llmforge.localcluster.jobs;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.api.model.batch.v1.JobConditionBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads and turns the conditions of a Job. */
final class JobConditions {
  static final String SUSPENDED = "Suspended";
  static final String FAILURE_TARGET = "FailureTarget";
  static final String FAILED = "Failed";
  static final String SUCCESS_CRITERIA_MET = "SuccessCriteriaMet";
  static final String COMPLETE = "Complete";

  private JobConditions() {}

  static boolean isFinished(Job job) {
    return isTrue(job.getStatus(), COMPLETE) || isTrue(job.getStatus(), FAILED);
  }

  static boolean isTrue(JobStatus status, String type) {
    return find(status, type).filter(c -> "True".equals(c.getStatus())).isPresent();
  }

  static Optional<JobCondition> find(JobStatus status, String type) {
    if (status == null) {
      return Optional.empty();
    }
    return status.getConditions().stream().filter(c -> type.equals(c.getType())).findFirst();
  }

  /** True conditions say that something holds, so the transition time only moves when it turns. */
  static List<JobCondition> with(List<JobCondition> conditions, JobCondition wanted, Instant now) {
    var turned = new ArrayList<JobCondition>();
    var found = false;
    for (var condition : conditions) {
      if (!condition.getType().equals(wanted.getType())) {
        turned.add(condition);
        continue;
      }
      found = true;
      var same = condition.getStatus().equals(wanted.getStatus());
      turned.add(same ? condition : stamped(wanted, now));
    }
    if (!found) {
      turned.add(stamped(wanted, now));
    }
    return turned;
  }

  static JobCondition condition(String type, boolean holds, String reason, String message) {
    return new JobConditionBuilder()
        .withType(type)
        .withStatus(holds ? "True" : "False")
        .withReason(reason)
        .withMessage(message)
        .build();
  }

  private static JobCondition stamped(JobCondition condition, Instant now) {
    return new JobConditionBuilder(condition)
        .withLastProbeTime(now.toString())
        .withLastTransitionTime(now.toString())
        .build();
  }
}
