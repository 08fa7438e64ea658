package io.llmforge.operator.observe;

import static java.util.Objects.requireNonNullElse;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSchedulingGate;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import io.llmforge.operator.identity.ObjectLabels;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads what became of the reservation of a Job whose pods are created with our gate. */
final class HeldJobReader {

  private static final Set<String> ENDED = Set.of("Succeeded", "Failed");

  private HeldJobReader() {}

  /** Empty for a Job that holds no pod back. */
  static Optional<HeldJob> read(Job job, Collection<Pod> pods) {
    if (!gates(job.getSpec().getTemplate().getSpec().getSchedulingGates())
        .contains(ObjectLabels.ADMISSION_GATE)) {
      return Optional.empty();
    }
    return JobReader.mark(job).map(mark -> read(job, mark, pods));
  }

  private static HeldJob read(Job job, JobMark mark, Collection<Pod> pods) {
    List<Pod> present = pods.stream().filter(HeldJobReader::isPresent).toList();
    HeldJob.State state = state(job, pods);
    return new HeldJob(
        job.getMetadata().getName(),
        mark,
        state,
        expected(job),
        present.size(),
        present.stream().filter(HeldJobReader::isGated).map(HeldJobReader::gated).toList(),
        state == HeldJob.State.WITHDRAWN ? withdrawn(job) : begun(job));
  }

  private static HeldJob.State state(Job job, Collection<Pod> pods) {
    if (ObjectLabels.WITHDRAWN.equals(annotations(job).get(ObjectLabels.STOPPED))) {
      return HeldJob.State.WITHDRAWN;
    }
    if (JobReader.state(job) != StageJob.State.ACTIVE) {
      return HeldJob.State.OVER;
    }
    return hasBegun(job, pods) ? HeldJob.State.RESERVED : HeldJob.State.COLLECTING;
  }

  // Pods are let go together: one that is not held any more proves that all had been there.
  private static boolean hasBegun(Job job, Collection<Pod> pods) {
    JobStatus status = requireNonNullElse(job.getStatus(), new JobStatus());
    int ended =
        requireNonNullElse(status.getSucceeded(), 0) + requireNonNullElse(status.getFailed(), 0);
    return ended > 0 || pods.stream().anyMatch(pod -> !isGated(pod));
  }

  private static int expected(Job job) {
    int completions = requireNonNullElse(job.getSpec().getCompletions(), 1);
    int done = job.getStatus() == null ? 0 : requireNonNullElse(job.getStatus().getSucceeded(), 0);
    return Math.min(requireNonNullElse(job.getSpec().getParallelism(), 1), completions - done);
  }

  private static boolean isPresent(Pod pod) {
    return pod.getMetadata().getDeletionTimestamp() == null
        && (pod.getStatus() == null || !ENDED.contains(pod.getStatus().getPhase()));
  }

  private static boolean isGated(Pod pod) {
    return gates(pod.getSpec().getSchedulingGates()).contains(ObjectLabels.ADMISSION_GATE);
  }

  private static HeldJob.GatedPod gated(Pod pod) {
    return new HeldJob.GatedPod(
        pod.getMetadata().getName(),
        gates(pod.getSpec().getSchedulingGates()).stream()
            .filter(gate -> !gate.equals(ObjectLabels.ADMISSION_GATE))
            .toList());
  }

  private static Instant begun(Job job) {
    return Instant.parse(job.getMetadata().getCreationTimestamp());
  }

  // Until the Job controller has noticed, the suspension is as old as the Job.
  private static Instant withdrawn(Job job) {
    return Optional.ofNullable(job.getStatus())
        .map(JobStatus::getConditions)
        .orElse(List.of())
        .stream()
        .filter(condition -> "Suspended".equals(condition.getType()))
        .map(JobCondition::getLastTransitionTime)
        .map(Instant::parse)
        .findFirst()
        .orElseGet(() -> begun(job));
  }

  private static List<String> gates(@Nullable List<PodSchedulingGate> gates) {
    return requireNonNullElse(gates, List.<PodSchedulingGate>of()).stream()
        .map(PodSchedulingGate::getName)
        .toList();
  }

  private static Map<String, String> annotations(Job job) {
    return requireNonNullElse(job.getMetadata().getAnnotations(), Map.of());
  }
}
