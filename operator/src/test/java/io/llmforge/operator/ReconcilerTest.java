package io.llmforge.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.JobCondition;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Outcome;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.crds.plan.FailureCode;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.operator.FineTuneJobs.Suspension;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The operator against a small real cluster whose trainer does as it is told. */
@Tag("cluster")
class ReconcilerTest {

  @RegisterExtension static final ClusterWithOperator cluster = new ClusterWithOperator();

  private final KubernetesClient client = cluster.client();
  private final FineTuneJobs jobs = cluster.jobs();
  private final FakeTrainer trainer = cluster.trainer();

  @Test
  void completedTrainerMakesTheJobSucceed() {
    trainer.on("success", 1, 1, FakeTrainer.completes());

    jobs.apply("success", JobFixture.config());
    FineTuneJobStatus status = jobs.awaitPhase("success", Phase.Succeeded);

    assertThat(conditions(status))
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                entry("Accepted", "True"),
                entry("SourcesReady", "True"),
                entry("QuotaReserved", "True"),
                entry("ReferenceReady", "True"),
                entry("Running", "False"),
                entry("TrainingHealthy", "Unknown"),
                entry("CheckpointAvailable", "False"),
                entry("OutputPublished", "True"),
                entry("Suspended", "False"),
                entry("Ready", "True"),
                entry("Reconciling", "False"),
                entry("Stalled", "False"),
                entry("Complete", "True"),
                entry("Failed", "False")));
    assertThat(status.progress().stepText()).isEqualTo("10/10");
    assertThat(status.outputs()).singleElement().hasFieldOrPropertyWithValue("name", "result");
    assertThat(status.run().outcome()).isEqualTo(Outcome.Succeeded);
    assertThat(status.observedGeneration()).isEqualTo(1);
  }

  @Test
  void fatalFailureFailsTheJobWithTheTrainersWords() {
    trainer.on(
        "fatal",
        1,
        1,
        FakeTrainer.fails(FailureCode.DATASET_INVALID, "train.jsonl line 3: no role"));

    jobs.apply("fatal", JobFixture.config());
    FineTuneJobStatus status = jobs.awaitPhase("fatal", Phase.Failed);

    assertThat(status.failure().reason()).isEqualTo("DatasetInvalid");
    assertThat(status.failure().message()).contains("train.jsonl line 3");
    assertThat(status.failure().exitCode()).isEqualTo(65);
    assertThat(conditions(status)).containsEntry("Failed", "True").containsEntry("Stalled", "True");
  }

  @Test
  void retryableFailureIsRetriedThreeTimesAndThenFails() {
    for (int attempt = 1; attempt <= 3; attempt++) {
      trainer.on(
          "flaky", 1, attempt, FakeTrainer.fails(FailureCode.STORAGE_UNAVAILABLE, "bad luck"));
    }

    jobs.apply("flaky", JobFixture.config());
    FineTuneJobStatus status = jobs.awaitPhase("flaky", Phase.Failed);

    assertThat(status.run().attempt()).isEqualTo(3);
    assertThat(status.failure().reason()).isEqualTo("StorageUnavailable");
    assertThat(jobs.jobs("flaky"))
        .containsExactlyInAnyOrder("flaky-1-train-1", "flaky-1-train-2", "flaky-1-train-3");
  }

  @Test
  void stoppedTrainerContinuesAndIsNotCounted() {
    for (int attempt = 1; attempt <= 4; attempt++) {
      trainer.on("stops", 1, attempt, FakeTrainer.stops());
    }
    trainer.on("stops", 1, 5, FakeTrainer.completes());

    jobs.apply("stops", JobFixture.config());
    FineTuneJobStatus status = jobs.awaitPhase("stops", Phase.Succeeded);

    assertThat(status.run().attempt()).isEqualTo(5);
    assertThat(status.run().failedAttempts()).isZero();
  }

  @Test
  void exitWithoutACompletionReportIsNoSuccess() {
    trainer.on("liar", 1, 1, "exit 0");

    jobs.apply("liar", JobFixture.config());
    FineTuneJobStatus status = jobs.awaitPhase("liar", Phase.Failed);

    assertThat(status.failure().reason()).isEqualTo("UnprovenCompletion");
  }

  @Test
  void nonsenseLastWordsAreQuoted() {
    for (int attempt = 1; attempt <= 3; attempt++) {
      trainer.on("nonsense", 1, attempt, "echo '{no json' > \"$LLMFORGE_TERMINATION_LOG\"; exit 9");
    }

    jobs.apply("nonsense", JobFixture.config());
    FineTuneJobStatus status = jobs.awaitPhase("nonsense", Phase.Failed);

    assertThat(status.failure().reason()).isEqualTo("UnexpectedExit");
    assertThat(status.failure().message()).contains("{no json");
  }

  @Test
  void restartedOperatorFinishesTheRunWithoutAnotherJob() {
    trainer.on("restart", 1, 1, trainer.waits("restart-go", FakeTrainer.completes()));
    jobs.apply("restart", JobFixture.config());
    await().atMost(FineTuneJobs.PATIENCE).until(() -> jobs.jobs("restart").size() == 1);
    String started = jobs.awaitStatus("restart", s -> s.run() != null).run().startTime();

    cluster.stopOperator();
    trainer.release("restart-go");
    cluster.startOperator();
    FineTuneJobStatus status = jobs.awaitPhase("restart", Phase.Succeeded);

    assertThat(jobs.jobs("restart")).containsExactly("restart-1-train-1");
    assertThat(status.run().startTime()).isEqualTo(started);
    assertThat(jobs.events("restart")).doesNotHaveDuplicates();
  }

  @Test
  void progressIsToldWhileTheTrainerWorksAndSurvivesARestart() {
    var report = new TrainingReport.Running(TrainingReport.Phase.TRAINING, FakeTrainer.PROGRESS);
    trainer.on("reporter", 1, 1, trainer.reports(report, "reporter-go", FakeTrainer.completes()));

    jobs.apply("reporter", JobFixture.config());
    FineTuneJobStatus training =
        jobs.awaitStatus("reporter", s -> s.phase() == Phase.Training && s.progress() != null);
    cluster.stopOperator();
    cluster.startOperator();
    trainer.release("reporter-go");
    FineTuneJobStatus done = jobs.awaitPhase("reporter", Phase.Succeeded);

    assertThat(training.progress().loss()).isEqualTo("0.5");
    assertThat(training.progress().activity()).isEqualTo("training");
    assertThat(FineTuneJobs.condition(training, "Running").status()).isEqualTo("True");
    assertThat(done.progress().percent()).isEqualTo(100);
    assertThat(done.metrics()).isEqualTo(training.metrics());
  }

  @Test
  void deletedJobIsAnAttemptThatWasLost() {
    trainer.on("deleted", 1, 1, trainer.waits("never", ""));
    trainer.on("deleted", 1, 2, FakeTrainer.completes());
    jobs.apply("deleted", JobFixture.config());
    jobs.awaitJob("deleted", "deleted-1-train-1");

    client
        .batch()
        .v1()
        .jobs()
        .inNamespace(client.getNamespace())
        .withName("deleted-1-train-1")
        .delete();
    FineTuneJobStatus status = jobs.awaitPhase("deleted", Phase.Succeeded);

    assertThat(status.run().attempt()).isEqualTo(2);
    assertThat(status.run().failedAttempts()).isEqualTo(1);
  }

  @Test
  void suspendedRunLeavesNoPodAndContinuesWithAnotherAttempt() {
    trainer.on("paused", 1, 1, trainer.untilTerminated("paused", FakeTrainer.stops()));
    trainer.on("paused", 1, 2, FakeTrainer.completes());
    jobs.apply("paused", JobFixture.config());
    trainer.awaitStarted("paused");

    jobs.suspend("paused", Suspension.ON);
    FineTuneJobStatus suspended = jobs.awaitPhase("paused", Phase.Suspended);
    boolean stopped = trainer.wasTerminated("paused");
    List<String> podsWhenSuspended = jobs.podsAtWork("paused");
    jobs.suspend("paused", Suspension.OFF);
    FineTuneJobStatus done = jobs.awaitPhase("paused", Phase.Succeeded);

    assertThat(stopped).isTrue();
    assertThat(podsWhenSuspended).isEmpty();
    assertThat(FineTuneJobs.condition(suspended, "Suspended").reason())
        .isEqualTo("SuspendedByUser");
    assertThat(suspended.resources().gpus()).isZero();
    assertThat(suspended.run().job()).isNull();
    assertThat(done.run().attempt()).isEqualTo(2);
    assertThat(done.run().failedAttempts()).isZero();
    assertThat(jobs.jobs("paused"))
        .containsExactlyInAnyOrder("paused-1-train-1", "paused-1-train-2");
    assertThat(FineTuneJobs.condition(done, "Suspended").status()).isEqualTo("False");
  }

  @Test
  void suspendedFromTheStartCreatesNothingUntilItIsResumed() {
    trainer.on("parked", 1, 1, FakeTrainer.completes());

    jobs.applySuspended("parked", JobFixture.config());
    jobs.awaitPhase("parked", Phase.Suspended);
    List<String> created = jobs.jobs("parked");
    jobs.suspend("parked", Suspension.OFF);
    FineTuneJobStatus done = jobs.awaitPhase("parked", Phase.Succeeded);

    assertThat(created).isEmpty();
    assertThat(done.run().attempt()).isEqualTo(1);
  }

  @Test
  void restartedOperatorKeepsASuspendedRunSuspended() {
    trainer.on("asleep", 1, 1, trainer.untilTerminated("asleep", FakeTrainer.stops()));
    jobs.apply("asleep", JobFixture.config());
    trainer.awaitStarted("asleep");
    jobs.suspend("asleep", Suspension.ON);
    FineTuneJobStatus before = jobs.awaitPhase("asleep", Phase.Suspended);

    cluster.stopOperator();
    cluster.startOperator();

    await()
        .during(Duration.ofSeconds(1))
        .atMost(FineTuneJobs.PATIENCE)
        .until(() -> jobs.status("asleep").equals(before) && jobs.jobs("asleep").size() == 1);
  }

  @Test
  void specThatChangesDuringARunWaitsForItsEnd() {
    trainer.on("patient", 1, 1, trainer.waits("patient-go", FakeTrainer.completes()));
    trainer.on("patient", 2, 1, FakeTrainer.completes());
    jobs.apply("patient", JobFixture.config());
    jobs.awaitJob("patient", "patient-1-train-1");

    jobs.apply("patient", JobFixture.config().put("learning_rate", 1e-5).put("num_epochs", 3));
    jobs.awaitStatus("patient", s -> s.message().contains("spec has changed"));
    trainer.release("patient-go");
    FineTuneJobStatus status =
        jobs.awaitStatus("patient", s -> s.run().number() == 2 && s.phase() == Phase.Succeeded);

    assertThat(jobs.jobs("patient"))
        .containsExactlyInAnyOrder("patient-1-train-1", "patient-2-train-1");
    assertThat(status.run().failedAttempts()).isZero();
  }

  @Test
  void deletedJobTakesItsObjectsAlong() {
    trainer.on("gone", 1, 1, trainer.waits("never", ""));
    jobs.apply("gone", JobFixture.config());
    await().atMost(FineTuneJobs.PATIENCE).until(() -> jobs.jobs("gone").size() == 1);

    client
        .resources(FineTuneJob.class)
        .inNamespace(client.getNamespace())
        .withName("gone")
        .delete();

    await()
        .atMost(FineTuneJobs.PATIENCE)
        .until(
            () ->
                jobs.jobs("gone").isEmpty()
                    && client
                            .configMaps()
                            .inNamespace(client.getNamespace())
                            .withName("gone-1-plan")
                            .get()
                        == null);
  }

  @Test
  void jobDeletedInTheForegroundGoesAfterItsPods() {
    trainer.on("foreground", 1, 1, trainer.lingers("foreground"));
    jobs.apply("foreground", JobFixture.config());
    trainer.awaitStarted("foreground");
    Resource<FineTuneJob> job =
        client
            .resources(FineTuneJob.class)
            .inNamespace(client.getNamespace())
            .withName("foreground");

    job.withPropagationPolicy(DeletionPropagation.FOREGROUND).delete();
    await("the trainer is told to end")
        .atMost(FineTuneJobs.PATIENCE)
        .until(() -> trainer.wasTerminated("foreground"));
    FineTuneJob waiting = job.get();
    List<String> atWork = jobs.podsAtWork("foreground");
    trainer.release("foreground");
    job.waitUntilCondition(Objects::isNull, FineTuneJobs.PATIENCE.toSeconds(), TimeUnit.SECONDS);

    assertThat(atWork).isNotEmpty();
    assertThat(waiting.getMetadata().getFinalizers()).containsExactly("foregroundDeletion");
    assertThat(jobs.allJobs("foreground")).isEmpty();
    assertThat(jobs.podsAtWork("foreground")).isEmpty();
  }

  @Test
  void successStaysWhenChildrenAreDeleted() {
    trainer.on("sticky", 1, 1, FakeTrainer.completes());
    jobs.apply("sticky", JobFixture.config());
    FineTuneJobStatus before = jobs.awaitPhase("sticky", Phase.Succeeded);

    client
        .batch()
        .v1()
        .jobs()
        .inNamespace(client.getNamespace())
        .withName("sticky-1-train-1")
        .delete();
    client.configMaps().inNamespace(client.getNamespace()).withName("sticky-1-plan").delete();
    await().atMost(FineTuneJobs.PATIENCE).until(() -> jobs.jobs("sticky").isEmpty());
    touch("sticky");

    await()
        .during(Duration.ofSeconds(1))
        .atMost(FineTuneJobs.PATIENCE)
        .until(() -> jobs.status("sticky").equals(before) && jobs.jobs("sticky").isEmpty());
  }

  @Test
  void correctedSpecAfterAFailureStartsTheNextRun() {
    trainer.on("edited", 1, 1, FakeTrainer.fails(FailureCode.DIVERGED, "loss is NaN at step 3"));
    trainer.on("edited", 2, 1, FakeTrainer.completes());
    jobs.apply("edited", JobFixture.config());
    jobs.awaitPhase("edited", Phase.Failed);

    jobs.apply("edited", JobFixture.config().put("learning_rate", 1e-5));
    FineTuneJobStatus status = jobs.awaitPhase("edited", Phase.Succeeded);

    assertThat(status.run().number()).isEqualTo(2);
    assertThat(status.failure()).isNull();
    assertThat(jobs.jobs("edited"))
        .containsExactlyInAnyOrder("edited-1-train-1", "edited-2-train-1");
  }

  @Test
  void refusedConfigFailsUntilItIsCorrected() {
    trainer.on("refused", 1, 1, FakeTrainer.completes());

    jobs.apply("refused", JobFixture.config().put("train_path", "ftp://host/train.jsonl"));
    FineTuneJobStatus refused = jobs.awaitPhase("refused", Phase.Failed);
    jobs.apply("refused", JobFixture.config());
    FineTuneJobStatus corrected = jobs.awaitPhase("refused", Phase.Succeeded);

    assertThat(FineTuneJobs.condition(refused, "Accepted").reason()).isEqualTo("UnsupportedSource");
    assertThat(FineTuneJobs.condition(refused, "Accepted").message())
        .contains("train_path", "pvc://CLAIM/PATH");
    assertThat(refused.run()).isNull();
    assertThat(corrected.run().number()).isEqualTo(1);
  }

  private void touch(String name) {
    client
        .resources(FineTuneJob.class)
        .inNamespace(client.getNamespace())
        .withName(name)
        .edit(
            job -> {
              job.getMetadata().setLabels(Map.of("touched", "yes"));
              return job;
            });
  }

  private static Map<String, String> conditions(FineTuneJobStatus status) {
    return status.conditions().stream()
        .collect(Collectors.toMap(JobCondition::type, JobCondition::status));
  }
}
