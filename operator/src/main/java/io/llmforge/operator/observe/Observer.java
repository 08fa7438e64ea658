package io.llmforge.operator.observe;

import static java.util.Objects.requireNonNullElse;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Run;
import io.llmforge.operator.identity.ObjectKey;
import io.llmforge.operator.identity.Stage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Puts together what is true now. An object counts as ours by its controller's UID alone. */
public final class Observer {

  private final LiveObjects live;

  public Observer(LiveObjects live) {
    this.live = live;
  }

  public Observation observe(
      FineTuneJob job, OwnedObjects cached, StatusAnswer answer, Instant now) {
    String uid = job.getMetadata().getUid();
    List<Job> jobs = ownedBy(uid, cached.jobs()).collect(Collectors.toCollection(ArrayList::new));
    missingJob(job, jobs).ifPresent(jobs::add);
    Set<ObjectKey> objects =
        Stream.concat(jobs.stream(), ownedBy(uid, cached.others()))
            .map(Observer::key)
            .collect(Collectors.toSet());
    List<StageJob> stageJobs = jobs.stream().flatMap(one -> read(one, cached).stream()).toList();
    return new Observation(
        Request.of(job),
        requireNonNullElse(job.getStatus(), Observation.NO_STATUS),
        objects,
        stageJobs,
        answer,
        now);
  }

  /** The first pod of the newest train Job that is still at work: the one to ask for progress. */
  public static TrainerPod podAtWork(String uid, Collection<Job> jobs, Collection<Pod> pods) {
    return ownedBy(uid, jobs)
        .filter(job -> JobReader.state(job) == StageJob.State.ACTIVE)
        .flatMap(job -> JobReader.read(job, podsOf(job, pods)).stream())
        .max(Comparator.comparing(StageJob::mark, JobMark.BY_AGE))
        .filter(job -> job.mark().stage() == Stage.TRAIN)
        .map(StageJob::pod)
        .orElseGet(TrainerPod.Absent::new);
  }

  // The Job that the status speaks of is lost only when the API server says so.
  private Optional<Job> missingJob(FineTuneJob job, List<Job> jobs) {
    @Nullable Run run = job.getStatus() == null ? null : job.getStatus().run();
    if (run == null || run.outcome() != null || run.job() == null) {
      return Optional.empty();
    }
    if (jobs.stream().anyMatch(one -> one.getMetadata().getName().equals(run.job()))) {
      return Optional.empty();
    }
    return live.job(job.getMetadata().getNamespace(), run.job())
        .filter(one -> isControlledBy(job.getMetadata().getUid(), one));
  }

  // The cache of pods may be behind that of Jobs.
  private Optional<StageJob> read(Job job, OwnedObjects cached) {
    Optional<StageJob> read = JobReader.read(job, podsOf(job, pods(job, cached)));
    return read.filter(one -> isBehind(one, job)).isPresent()
        ? JobReader.read(job, podsOf(job, live.podsOf(job)))
        : read;
  }

  // A stopped Job deletes its pods; every other keeps those that tell of its end.
  private static Collection<Pod> pods(Job job, OwnedObjects cached) {
    return switch (JobReader.state(job)) {
      case STOPPING, STOPPED ->
          Stream.concat(cached.pods().stream(), cached.ended().stream().map(EndedPod::pod))
              .toList();
      case ACTIVE, REVIVED, COMPLETE, FAILED -> cached.pods();
    };
  }

  // A Job that has ended has the pods that ended it.
  private static boolean isBehind(StageJob read, Job job) {
    boolean ended =
        read.state() == StageJob.State.COMPLETE || read.state() == StageJob.State.FAILED;
    if (!ended) {
      return false;
    }
    return switch (read.mark().stage()) {
      case TRAIN, PUBLISH ->
          read.state() == StageJob.State.COMPLETE
              ? !hasEnded(read.pod())
              : read.pods().stream().noneMatch(pod -> hasEnded(pod.pod()));
      case PREFLIGHT ->
          read.state() == StageJob.State.FAILED
              && read.pods().stream().noneMatch(pod -> hasEnded(pod.pod()));
      case REFERENCE ->
          read.state() == StageJob.State.FAILED
              && read.pods().stream().filter(IndexedPod::hasFailed).count()
                  < JobReader.failedPods(job);
    };
  }

  private static boolean hasEnded(TrainerPod pod) {
    return pod instanceof TrainerPod.Exited || pod instanceof TrainerPod.Removed;
  }

  private static List<IndexedPod> podsOf(Job job, Collection<Pod> pods) {
    return PodReader.read(ownedBy(job.getMetadata().getUid(), pods).toList());
  }

  private static <T extends HasMetadata> Stream<T> ownedBy(String uid, Collection<T> objects) {
    return objects.stream().filter(object -> isControlledBy(uid, object));
  }

  /** Whether the object with this UID is the controller of {@code object}. */
  public static boolean isControlledBy(String uid, HasMetadata object) {
    return requireNonNullElse(object.getMetadata().getOwnerReferences(), List.<OwnerReference>of())
        .stream()
        .anyMatch(
            owner -> Boolean.TRUE.equals(owner.getController()) && uid.equals(owner.getUid()));
  }

  private static ObjectKey key(HasMetadata object) {
    return new ObjectKey(object.getKind(), object.getMetadata().getName());
  }
}
