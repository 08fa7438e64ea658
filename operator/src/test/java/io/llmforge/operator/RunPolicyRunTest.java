package io.llmforge.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Backoff;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.OnOom;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.RunPolicy;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.AttemptOutcome;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.AttemptStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.crds.plan.FailureCode;
import io.llmforge.crds.plan.TrainingReport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What spec.runPolicy says, against a small real cluster whose trainer does as it is told. */
@Tag("cluster")
class RunPolicyRunTest {

  @RegisterExtension static final ClusterWithOperator cluster = new ClusterWithOperator();

  private final KubernetesClient client = cluster.client();
  private final FineTuneJobs jobs = cluster.jobs();
  private final FakeTrainer trainer = cluster.trainer();

  @Test
  void nextAttemptWaitsForItsTimeAcrossARestart() {
    trainer.on("away", 1, 1, FakeTrainer.fails(FailureCode.STORAGE_UNAVAILABLE, "away"));
    trainer.on("away", 1, 2, FakeTrainer.completes());
    apply("away", new RunPolicy(1, new Backoff(4, 4), null, null, null, null, null, null));

    FineTuneJobStatus waiting =
        jobs.awaitStatus("away", s -> s.message().contains("attempt 2 starts at"));
    cluster.stopOperator();
    cluster.startOperator();
    FineTuneJobStatus done = jobs.awaitPhase("away", Phase.Succeeded);

    AttemptStatus failed = done.attempts().getLast();
    assertThat(waiting.resources().gpus()).isZero();
    assertThat(FineTuneJobs.condition(waiting, "Running").reason()).isEqualTo("BackingOff");
    assertThat(failed.outcome()).isEqualTo(AttemptOutcome.Failed);
    assertThat(failed.exitCode()).isEqualTo(69);
    assertThat(failed.toStep()).isEqualTo(10);
    assertThat(created("away-1-train-2"))
        .isAfterOrEqualTo(Instant.parse(failed.endTime()).plus(Duration.ofSeconds(4)));
    assertThat(done.attempts().getFirst().outcome()).isEqualTo(AttemptOutcome.Succeeded);
  }

  @Test
  void sameFailureAtTheSameStepEndsTheRun() {
    trainer.on("circle", 1, 1, FakeTrainer.fails(FailureCode.INTERNAL_ERROR, "index 7"));
    trainer.on("circle", 1, 2, FakeTrainer.fails(FailureCode.INTERNAL_ERROR, "index 7"));
    apply("circle", new RunPolicy(5, new Backoff(0, 0), null, null, null, null, null, null));

    FineTuneJobStatus status = jobs.awaitPhase("circle", Phase.Failed);

    assertThat(status.failure().reason()).isEqualTo("RepeatedFailure");
    assertThat(status.failure().message())
        .isEqualTo("attempts 1 and 2 both ended with InternalError at step 10: index 7.");
    assertThat(jobs.jobs("circle")).hasSize(2);
  }

  @Test
  void trainerWithoutStepsIsStoppedAndTriedAgain() {
    var report = new TrainingReport.Running(TrainingReport.Phase.TRAINING, FakeTrainer.PROGRESS);
    trainer.on("hang", 1, 1, trainer.reportsUntilTerminated(report, "hang", FakeTrainer.stops()));
    trainer.on("hang", 1, 2, FakeTrainer.completes());
    var policy = new RunPolicy(1, new Backoff(0, 0), null, null, null, 4L, null, null);
    try (StatusChanges changes = StatusChanges.of(client, "hang")) {
      apply("hang", policy);
      FineTuneJobStatus done = jobs.awaitPhase("hang", Phase.Succeeded);

      assertThat(trainer.wasTerminated("hang")).isTrue();
      assertThat(done.run().failedAttempts()).isEqualTo(1);
      AttemptStatus hung = done.attempts().getLast();
      assertThat(hung.reason()).isEqualTo("Hang");
      assertThat(hung.toStep()).isEqualTo(10);
      assertThat(changes.reasons("TrainingHealthy"))
          .containsSubsequence("Progressing", "NoRecentStep", "NotTraining");
      assertThat(jobs.job("hang-1-train-1").getMetadata().getAnnotations())
          .containsEntry("llmforge.io/stopped", "Hang");
    }
  }

  @Test
  void runThatIsAtWorkTooLongSavesAndFails() {
    trainer.on("long", 1, 1, trainer.untilTerminated("long", FakeTrainer.stops()));
    apply("long", new RunPolicy(3, new Backoff(0, 0), 2L, null, null, null, null, null));

    FineTuneJobStatus status = jobs.awaitPhase("long", Phase.Failed);

    assertThat(trainer.wasTerminated("long")).isTrue();
    assertThat(status.failure().reason()).isEqualTo("DeadlineExceeded");
    assertThat(status.usage().activeSeconds()).isGreaterThanOrEqualTo(2);
    assertThat(jobs.jobs("long")).containsExactly("long-1-train-1");
  }

  @Test
  void runWhosePodsNeverStartFailsAtItsStartDeadline() {
    FineTuneJob job = JobFixture.manifest("stuck", JobFixture.config());
    job.setSpec(
        SpecDraft.of(JobFixture.config())
            .image("llmforge/no-such-image:1")
            .runPolicy(new RunPolicy(3, new Backoff(0, 0), null, 2L, null, null, null, null))
            .build());
    client.resource(job).inNamespace(client.getNamespace()).create();

    FineTuneJobStatus status = jobs.awaitPhase("stuck", Phase.Failed);

    assertThat(status.failure().reason()).isEqualTo("StartDeadlineExceeded");
    assertThat(jobs.podsAtWork("stuck")).isEmpty();
  }

  @Test
  void trainerWithTooLittleMemoryGetsSmallerMicroBatches() {
    trainer.on(
        "large", 1, 1, FakeTrainer.fails(FailureCode.ACCELERATOR_OUT_OF_MEMORY, "80 GiB needed"));
    trainer.on("large", 1, 2, FakeTrainer.completes());
    apply(
        "large",
        new RunPolicy(3, new Backoff(0, 0), null, null, null, null, 77L, OnOom.ShrinkMicroBatch));

    FineTuneJobStatus status = jobs.awaitPhase("large", Phase.Succeeded);

    assertThat(status.adjustments().microBatchDivisor()).isEqualTo(2);
    assertThat(status.adjustments().sinceAttempt()).isEqualTo(2);
    assertThat(arguments("large-1-train-1")).noneMatch(text -> text.contains("divisor"));
    assertThat(arguments("large-1-train-2")).contains("--micro-batch-divisor=2");
    assertThat(pod("large-1-train-2").getTerminationGracePeriodSeconds()).isEqualTo(77);
  }

  private List<String> arguments(String job) {
    return pod(job).getContainers().getFirst().getArgs();
  }

  private PodSpec pod(String job) {
    return jobs.job(job).getSpec().getTemplate().getSpec();
  }

  @Test
  void failedRunGoesOnFromItsCheckpointWhenItIsAskedFor() {
    String forbidden =
        FakeTrainer.fails(FakeTrainer.SAVED, FailureCode.ACCESS_DENIED, "may not write");
    trainer.on("asked", 1, 1, forbidden);
    trainer.on("asked", 1, 2, FakeTrainer.completes());
    apply("asked", new RunPolicy(3, new Backoff(0, 0), null, null, null, null, null, null));
    FineTuneJobStatus failed = jobs.awaitPhase("asked", Phase.Failed);

    jobs.retry("asked", "1");
    FineTuneJobStatus done = jobs.awaitPhase("asked", Phase.Succeeded);

    assertThat(failed.failure().reason()).isEqualTo("AccessDenied");
    assertThat(done.failure()).isNull();
    assertThat(done.run().number()).isEqualTo(1);
    assertThat(done.attempts()).extracting(AttemptStatus::number).containsExactly(2, 1);
    assertThat(jobs.jobs("asked")).containsExactlyInAnyOrder("asked-1-train-1", "asked-1-train-2");
  }

  @Test
  void failedRunWithoutACheckpointBeginsAnew() {
    trainer.on("fresh", 1, 1, FakeTrainer.fails(FailureCode.ACCESS_DENIED, "may not read"));
    trainer.on("fresh", 2, 1, FakeTrainer.completes());
    apply("fresh", new RunPolicy(3, new Backoff(0, 0), null, null, null, null, null, null));
    jobs.awaitPhase("fresh", Phase.Failed);

    jobs.retry("fresh", "1");
    FineTuneJobStatus done = jobs.awaitPhase("fresh", Phase.Succeeded);

    assertThat(done.run().number()).isEqualTo(2);
  }

  @Test
  void stoppedJobThatSomebodyLetsRunAgainIsStoppedAgain() {
    trainer.on("revived", 1, 1, trainer.untilTerminated("revived", FakeTrainer.stops()));
    apply("revived", new RunPolicy(3, new Backoff(0, 0), null, null, null, null, null, null));
    trainer.awaitStarted("revived");
    jobs.suspend("revived", FineTuneJobs.Suspension.ON);
    jobs.awaitPhase("revived", Phase.Suspended);

    try (JobChanges changes = JobChanges.of(client, "revived-1-train-1")) {
      client
          .batch()
          .v1()
          .jobs()
          .inNamespace(client.getNamespace())
          .withName("revived-1-train-1")
          .patch("{\"spec\":{\"suspend\":false}}");
      changes.awaitSuspended();
    }

    FineTuneJobStatus status = jobs.status("revived");
    assertThat(status.phase()).isEqualTo(Phase.Suspended);
    assertThat(status.run().attempt()).isEqualTo(2);
    assertThat(jobs.jobs("revived")).containsExactly("revived-1-train-1");
  }

  private Instant created(String job) {
    return Instant.parse(jobs.job(job).getMetadata().getCreationTimestamp());
  }

  private void apply(String name, RunPolicy policy) {
    FineTuneJob job = JobFixture.manifest(name, JobFixture.config());
    job.setSpec(SpecDraft.of(JobFixture.config()).runPolicy(policy).build());
    client.resource(job).inNamespace(client.getNamespace()).create();
  }
}
