package io.llmforge.operator.observe;

import static java.util.Objects.requireNonNullElse;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.QueueProvider;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the line for quota from what its members' statuses say of themselves. */
public final class QueueReader {

  private QueueReader() {}

  /** What stands between a FineTuneJob and its pods. */
  public static QueueFacts read(
      FineTuneJob job, OwnedObjects cached, Neighbourhood neighbourhood, Instant now) {
    return new QueueFacts(
        now,
        waiting(job),
        neighbourhood.quotas().stream().map(QuotaReader::read).toList(),
        others(job, neighbourhood).filter(QueueReader::isInLine).map(QueueReader::waiting).toList(),
        others(job, neighbourhood)
            .filter(QueueReader::isCollecting)
            .map(other -> other.getMetadata().getName())
            .findFirst(),
        ownedJobs(job, cached).flatMap(one -> held(one, cached).stream()).toList(),
        ownedJobs(job, cached).flatMap(one -> queued(one, cached, job).stream()).toList());
  }

  private static Stream<Job> ownedJobs(FineTuneJob job, OwnedObjects cached) {
    return cached.jobs().stream()
        .filter(one -> Observer.isControlledBy(job.getMetadata().getUid(), one));
  }

  private static Optional<HeldJob> held(Job job, OwnedObjects cached) {
    String uid = job.getMetadata().getUid();
    return HeldJobReader.read(
        job, cached.pods().stream().filter(pod -> Observer.isControlledBy(uid, pod)).toList());
  }

  private static Optional<QueuedJob> queued(Job job, OwnedObjects cached, FineTuneJob owner) {
    FineTuneJobStatus recorded = requireNonNullElse(owner.getStatus(), Observation.NO_STATUS);
    return QueuedJobReader.read(job, cached.workloads(), recorded);
  }

  /** Whether a change of quota, pods or neighbours may matter to it. */
  public static boolean isWaiting(FineTuneJob job) {
    FineTuneJobStatus status = requireNonNullElse(job.getStatus(), Observation.NO_STATUS);
    return status.phase() == null || status.phase() == Phase.Queued;
  }

  private static Stream<FineTuneJob> others(FineTuneJob job, Neighbourhood neighbourhood) {
    return neighbourhood.jobs().stream()
        .filter(other -> !other.getMetadata().getName().equals(job.getMetadata().getName()))
        .filter(other -> other.getMetadata().getDeletionTimestamp() == null);
  }

  private static boolean isInLine(FineTuneJob job) {
    return queue(job).filter(queue -> queue.position() != null).isPresent();
  }

  // It has a Job and no place in the line any more.
  private static boolean isCollecting(FineTuneJob job) {
    return queue(job).filter(queue -> queue.position() == null).isPresent()
        && job.getStatus().run() != null
        && job.getStatus().run().job() != null;
  }

  private static Optional<FineTuneJobStatus.Queue> queue(FineTuneJob job) {
    return Optional.ofNullable(job.getStatus())
        .filter(status -> status.phase() == Phase.Queued)
        .map(FineTuneJobStatus::queue)
        .filter(queue -> queue.provider() == QueueProvider.ResourceQuota);
  }

  private static QueueFacts.Waiting waiting(FineTuneJob job) {
    @Nullable FineTuneJobSpec spec = job.getSpec();
    @Nullable Integer priority =
        spec == null || spec.queue() == null ? null : spec.queue().priority();
    @Nullable String created = job.getMetadata().getCreationTimestamp();
    return new QueueFacts.Waiting(
        job.getMetadata().getName(),
        requireNonNullElse(priority, 0),
        requireNonNullElse(created, ""));
  }
}
