package io.llmforge.operator.observe;

import static java.util.Objects.requireNonNullElse;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import io.llmforge.operator.identity.ObjectLabels;
import io.llmforge.operator.observe.StageJob.Shards;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the Job of an attempt at a stage. */
final class JobReader {

  private JobReader() {}

  /** Empty when its labels are not those of an attempt: somebody changed them. */
  static Optional<StageJob> read(Job job, List<IndexedPod> pods) {
    return mark(job)
        .map(
            mark -> new StageJob(job.getMetadata().getName(), mark, state(job), shards(job), pods));
  }

  private static Optional<JobMark> mark(Job job) {
    Map<String, String> labels = orEmpty(job.getMetadata().getLabels());
    Map<String, String> annotations = orEmpty(job.getMetadata().getAnnotations());
    int run = number(labels.get(ObjectLabels.RUN), 0);
    int attempt = number(labels.get(ObjectLabels.ATTEMPT), 0);
    if (run < 1 || attempt < 1) {
      return Optional.empty();
    }
    return ObjectLabels.stage(labels)
        .map(
            stage ->
                new JobMark(
                    run,
                    stage,
                    attempt,
                    annotations.getOrDefault(ObjectLabels.RUN_HASH, ""),
                    number(annotations.get(ObjectLabels.GENERATION), 0),
                    number(annotations.get(ObjectLabels.FAILED_ATTEMPTS), 0)));
  }

  static StageJob.State state(Job job) {
    List<JobCondition> conditions =
        requireNonNullElse(status(job).getConditions(), List.<JobCondition>of());
    if (isTrue(conditions, "Complete")) {
      return StageJob.State.COMPLETE;
    }
    return isTrue(conditions, "Failed") ? StageJob.State.FAILED : StageJob.State.ACTIVE;
  }

  /** Pods that the Job has counted as failed. */
  static int failedPods(Job job) {
    return requireNonNullElse(status(job).getFailed(), 0);
  }

  private static Shards shards(Job job) {
    int done = requireNonNullElse(status(job).getSucceeded(), 0);
    return new Shards(requireNonNullElse(job.getSpec().getCompletions(), 1), done);
  }

  private static JobStatus status(Job job) {
    return requireNonNullElse(job.getStatus(), new JobStatus());
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
