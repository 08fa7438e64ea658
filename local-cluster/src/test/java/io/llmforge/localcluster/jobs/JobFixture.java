package io.llmforge.localcluster.jobs;

import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpecBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.llmforge.localcluster.control.Backoff;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** A Job, the pods it was given, and a controller that decides about both at a given time. */
final class JobFixture {
  static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

  private Job job;
  private final List<Pod> pods = new ArrayList<>();
  private Instant time = NOW;

  private JobFixture(Job job) {
    this.job = job;
  }

  /** A started Job with the given fields of its spec, in YAML. */
  static JobFixture aJob(String spec) {
    var read =
        Serialization.unmarshal(
            "apiVersion: batch/v1\nkind: Job\nmetadata: {name: train, namespace: default, uid: u}\n"
                + "spec:\n"
                + spec.indent(2),
            Job.class);
    var complete =
        new JobSpecBuilder(read.getSpec())
            .withNewTemplate()
            .withNewSpec()
            .withRestartPolicy("Never")
            .addNewContainer()
            .withName("main")
            .withImage("trainer")
            .endContainer()
            .endSpec()
            .endTemplate()
            .build();
    var status = new JobStatus();
    status.setStartTime(NOW.minusSeconds(60).toString());
    return new JobFixture(new JobBuilder(read).withSpec(complete).withStatus(status).build());
  }

  JobFixture at(Instant newTime) {
    time = newTime;
    return this;
  }

  JobFixture withStatus(UnaryOperator<JobStatus> change) {
    job = new JobBuilder(job).withStatus(change.apply(job.getStatus())).build();
    return this;
  }

  JobFixture with(PodBuilder pod) {
    pods.add(pod.build());
    return this;
  }

  JobDecision decide() {
    var decider = new JobDecider(new Backoff(Duration.ofSeconds(10), Duration.ofMinutes(6)));
    return decider.decide(job, pods, time);
  }

  JobDecision.Proceed proceed() {
    return (JobDecision.Proceed) decide();
  }

  /** The status after carrying a decision out becomes the one of the next look. */
  JobFixture thenWith(JobDecision.Proceed decision, Pod... nextPods) {
    job = new JobBuilder(job).withStatus(decision.status()).build();
    pods.clear();
    pods.addAll(List.of(nextPods));
    return this;
  }

  /** A tracked pod of an index. */
  static PodBuilder aPod(String name, int index) {
    return new PodBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace("default")
        .withUid("uid-" + name)
        .withCreationTimestamp(NOW.minusSeconds(30).toString())
        .addToFinalizers(JobPods.TRACKING_FINALIZER)
        .addToAnnotations(JobPods.COMPLETION_INDEX, "" + index)
        .endMetadata()
        .withNewStatus()
        .withPhase("Running")
        .endStatus();
  }

  static PodBuilder running(String name, int index) {
    return aPod(name, index)
        .editStatus()
        .addNewCondition()
        .withType("Ready")
        .withStatus("True")
        .endCondition()
        .endStatus();
  }

  static PodBuilder succeeded(String name, int index) {
    return ended(name, index, "Succeeded", 0);
  }

  static PodBuilder failed(String name, int index, int exitCode) {
    return ended(name, index, "Failed", exitCode);
  }

  static PodBuilder terminating(String name, int index) {
    return aPod(name, index)
        .editMetadata()
        .withDeletionTimestamp(NOW.plusSeconds(30).toString())
        .endMetadata();
  }

  private static PodBuilder ended(String name, int index, String phase, int exitCode) {
    return aPod(name, index)
        .editStatus()
        .withPhase(phase)
        .withContainerStatuses(
            new ContainerStatusBuilder()
                .withName("main")
                .withNewState()
                .withNewTerminated()
                .withExitCode(exitCode)
                .withFinishedAt(NOW.minusSeconds(20).toString())
                .endTerminated()
                .endState()
                .build())
        .endStatus();
  }

  static PodBuilder released(PodBuilder pod) {
    return pod.editMetadata().withFinalizers(List.of()).endMetadata();
  }
}
