package io.llmforge.operator.observe;

import static java.util.Objects.requireNonNullElse;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import io.llmforge.operator.identity.ObjectLabels;
import io.llmforge.operator.identity.StopCause;
import io.llmforge.operator.observe.StageJob.Shards;
import java.time.Instant;
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
            mark ->
                new StageJob(
                    job.getMetadata().getName(),
                    mark,
                    state(job, pods),
                    shards(job),
                    pods,
                    new StageJob.Past(created(job), stopCause(job))));
  }

  /** What it was created for; empty when somebody changed its labels. */
  static Optional<JobMark> mark(Job job) {
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
    if (isTrue(conditions, "Failed")) {
      return StageJob.State.FAILED;
    }
    if (stopCause(job).isEmpty()) {
      return StageJob.State.ACTIVE;
    }
    if (!Boolean.TRUE.equals(job.getSpec().getSuspend())) {
      return StageJob.State.REVIVED;
    }
    return isTrue(conditions, "Suspended") && podsLeft(job) == 0
        ? StageJob.State.STOPPED
        : StageJob.State.STOPPING;
  }

  // The Job's own count and the cache of pods may each be behind the other.
  private static StageJob.State state(Job job, List<IndexedPod> pods) {
    StageJob.State state = state(job);
    return state == StageJob.State.STOPPED && pods.stream().anyMatch(JobReader::isLeft)
        ? StageJob.State.STOPPING
        : state;
  }

  private static boolean isLeft(IndexedPod pod) {
    return pod.pod() instanceof TrainerPod.Running || pod.pod() instanceof TrainerPod.Waiting;
  }

  // Somebody else's suspension, such as a queue's, leaves the attempt as it is.
  private static Optional<StopCause> stopCause(Job job) {
    return Optional.ofNullable(
            orEmpty(job.getMetadata().getAnnotations()).get(ObjectLabels.STOPPED))
        .map(StopCause::of);
  }

  private static Optional<Instant> created(Job job) {
    return Optional.ofNullable(job.getMetadata().getCreationTimestamp()).map(Instant::parse);
  }

  private static int podsLeft(Job job) {
    return requireNonNullElse(status(job).getActive(), 0)
        + requireNonNullElse(status(job).getTerminating(), 0);
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
