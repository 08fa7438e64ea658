package io.llmforge.operator.observe;

import static java.util.Objects.requireNonNull;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.operator.identity.ObjectKey;
import io.llmforge.operator.identity.Stage;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is true now, as far as one FineTuneJob is concerned.
 *
 * @param request what is asked
 * @param recorded the status as it was last written; without any, all of its components are null
 * @param objects everything that exists and is controlled by the FineTuneJob
 * @param jobs the Jobs of its runs among them
 * @param answer what the trainer at work says of itself
 * @param now when all this was true, by the operator's clock
 * @param queue what stands between it and its pods
 */
public record Observation(
    Request request,
    FineTuneJobStatus recorded,
    Set<ObjectKey> objects,
    List<StageJob> jobs,
    StatusAnswer answer,
    Instant now,
    QueueFacts queue) {

  /** A status that says nothing. */
  public static final FineTuneJobStatus NO_STATUS =
      new FineTuneJobStatus(
          null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
          null, null);

  public Observation {
    requireNonNull(request, "request");
    requireNonNull(recorded, "recorded");
    objects = Set.copyOf(objects);
    jobs = List.copyOf(jobs);
    requireNonNull(answer, "answer");
    requireNonNull(now, "now");
    requireNonNull(queue, "queue");
  }

  /** One in a namespace without quotas. */
  public Observation(
      Request request,
      FineTuneJobStatus recorded,
      Set<ObjectKey> objects,
      List<StageJob> jobs,
      StatusAnswer answer,
      Instant now) {
    this(request, recorded, objects, jobs, answer, now, QueueFacts.NONE);
  }

  /** The same with what stands between the FineTuneJob and its pods. */
  public Observation with(QueueFacts facts) {
    return new Observation(request, recorded, objects, jobs, answer, now, facts);
  }

  /** A FineTuneJob nobody has looked at yet: nothing has happened, so any time will do. */
  public static Observation ofNew(Request request) {
    return new Observation(
        request, NO_STATUS, Set.of(), List.of(), new StatusAnswer.NotAsked(), Instant.EPOCH);
  }

  public Optional<StageJob> job(int run, Stage stage, int attempt) {
    return jobs.stream()
        .filter(job -> job.isOf(run, stage) && job.mark().attempt() == attempt)
        .findFirst();
  }

  /** The newest Job of a stage of a run. */
  public Optional<StageJob> newestJob(int run, Stage stage) {
    return jobs.stream()
        .filter(job -> job.isOf(run, stage))
        .max(Comparator.comparing(StageJob::mark, JobMark.BY_AGE));
  }
}
