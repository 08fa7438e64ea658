package io.llmforge.operator.observe;

import static java.util.Objects.requireNonNullElse;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import io.llmforge.operator.identity.ObjectLabels;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the Job of an attempt. */
final class JobReader {

  private JobReader() {}

  /** Empty when its labels are not those of an attempt: somebody changed them. */
  static Optional<TrainJob> read(Job job, TrainerPod pod) {
    Map<String, String> labels = orEmpty(job.getMetadata().getLabels());
    Map<String, String> annotations = orEmpty(job.getMetadata().getAnnotations());
    int run = number(labels.get(ObjectLabels.RUN), 0);
    int attempt = number(labels.get(ObjectLabels.ATTEMPT), 0);
    if (run < 1 || attempt < 1) {
      return Optional.empty();
    }
    return Optional.of(
        new TrainJob(
            job.getMetadata().getName(),
            run,
            attempt,
            annotations.getOrDefault(ObjectLabels.RUN_HASH, ""),
            number(annotations.get(ObjectLabels.GENERATION), 0),
            number(annotations.get(ObjectLabels.FAILED_ATTEMPTS), 0),
            state(job),
            pod));
  }

  static TrainJob.State state(Job job) {
    JobStatus status = requireNonNullElse(job.getStatus(), new JobStatus());
    List<JobCondition> conditions =
        requireNonNullElse(status.getConditions(), List.<JobCondition>of());
    if (isTrue(conditions, "Complete")) {
      return TrainJob.State.COMPLETE;
    }
    return isTrue(conditions, "Failed") ? TrainJob.State.FAILED : TrainJob.State.ACTIVE;
  }

  private static boolean isTrue(List<JobCondition> conditions, String type) {
    return conditions.stream()
        .anyMatch(c -> type.equals(c.getType()) && "True".equals(c.getStatus()));
  }

  private static int number(@Nullable String text, int otherwise) {
    try {
      return text == null ? otherwise : Integer.parseInt(text);
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  private static Map<String, String> orEmpty(@Nullable Map<String, String> map) {
    return requireNonNullElse(map, Map.of());
  }
}
