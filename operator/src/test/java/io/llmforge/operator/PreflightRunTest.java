package io.llmforge.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Outcome;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.crds.plan.FailureCode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Runs that are looked at before they ask for accelerators, on a small real cluster. */
@Tag("cluster")
class PreflightRunTest {

  @RegisterExtension static final ClusterWithOperator cluster = new ClusterWithOperator();

  private final KubernetesClient client = cluster.client();
  private final FineTuneJobs jobs = cluster.jobs();
  private final FakeTrainer trainer = cluster.trainer();

  @Test
  void whatIsWrongWithRowsIsSaidWithoutAnAccelerator() {
    trainer.onPreflight(
        "rows", 1, 1, FakeTrainer.fails(FailureCode.DATASET_INVALID, "train.jsonl:3: no role"));

    jobs.apply("rows", JobFixture.config());
    FineTuneJobStatus status = jobs.awaitPhase("rows", Phase.Failed);

    assertThat(status.failure().reason()).isEqualTo("DatasetInvalid");
    assertThat(status.failure().stage()).isEqualTo("preflight");
    assertThat(status.failure().message()).contains("train.jsonl:3");
    assertThat(status.failure().remediation()).isNotBlank();
    assertThat(FineTuneJobs.condition(status, "SourcesReady").status()).isEqualTo("False");
    assertThat(FineTuneJobs.condition(status, "SourcesReady").reason()).isEqualTo("DatasetInvalid");
    assertThat(FineTuneJobs.condition(status, "Stalled").status()).isEqualTo("True");
    assertThat(jobs.allJobs("rows")).containsExactly("rows-1-preflight-1");
  }

  @Test
  void serverThatIsAwayTakesNoTryOfTraining() {
    for (int attempt = 1; attempt <= 2; attempt++) {
      trainer.onPreflight(
          "away", 1, attempt, FakeTrainer.fails(FailureCode.STORAGE_UNAVAILABLE, "no route"));
    }
    for (int attempt = 3; attempt <= 4; attempt++) {
      trainer.on("away", 1, attempt, FakeTrainer.fails(FailureCode.STORAGE_UNAVAILABLE, "luck"));
    }
    trainer.on("away", 1, 5, FakeTrainer.completes());

    jobs.apply("away", JobFixture.config());
    FineTuneJobStatus status = jobs.awaitPhase("away", Phase.Succeeded);

    assertThat(status.run().attempt()).isEqualTo(5);
    assertThat(status.run().failedAttempts()).isEqualTo(2);
    assertThat(jobs.allJobs("away"))
        .containsExactlyInAnyOrder(
            "away-1-preflight-1",
            "away-1-preflight-2",
            "away-1-preflight-3",
            "away-1-train-3",
            "away-1-train-4",
            "away-1-train-5");
  }

  @Test
  void serverThatStaysAwayEndsTheRun() {
    for (int attempt = 1; attempt <= 3; attempt++) {
      trainer.onPreflight(
          "gone", 1, attempt, FakeTrainer.fails(FailureCode.STORAGE_UNAVAILABLE, "no route"));
    }

    jobs.apply("gone", JobFixture.config());
    FineTuneJobStatus status = jobs.awaitPhase("gone", Phase.Failed);

    assertThat(status.failure().message()).contains("attempt 3, the last that was allowed");
    assertThat(jobs.jobs("gone")).isEmpty();
  }

  @Test
  void validatedJobTrainsInTheSameRunOnceItMay() {
    trainer.on("only", 1, 1, FakeTrainer.completes());
    FineTuneJob job = JobFixture.manifest("only", JobFixture.config());
    job.setSpec(SpecDraft.of(JobFixture.config()).validateOnly(true).build());
    client.resource(job).inNamespace(client.getNamespace()).create();

    FineTuneJobStatus validated = jobs.awaitStatus("only", s -> "Validated".equals(ready(s)));
    assertThat(validated.phase()).isEqualTo(Phase.Pending);
    assertThat(FineTuneJobs.condition(validated, "Ready").status()).isEqualTo("True");
    assertThat(FineTuneJobs.condition(validated, "SourcesReady").status()).isEqualTo("True");
    assertThat(validated.resources().gpus()).isZero();
    assertThat(jobs.allJobs("only")).containsExactly("only-1-preflight-1");

    client
        .resources(FineTuneJob.class)
        .inNamespace(client.getNamespace())
        .withName("only")
        .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"validateOnly\":false}}");
    FineTuneJobStatus done = jobs.awaitPhase("only", Phase.Succeeded);

    assertThat(done.run().number()).isEqualTo(1);
    assertThat(done.run().outcome()).isEqualTo(Outcome.Succeeded);
    assertThat(jobs.allJobs("only"))
        .containsExactlyInAnyOrder("only-1-preflight-1", "only-1-train-1");
  }

  @Test
  void operatorThatRestartsWhileItLooksGoesOn() {
    trainer.onPreflight("restart", 1, 1, trainer.waits("restart-go", "exit 0"));
    trainer.on("restart", 1, 1, FakeTrainer.completes());
    jobs.apply("restart", JobFixture.config());
    FineTuneJobStatus looking =
        jobs.awaitStatus(
            "restart",
            s -> "Validating".equals(FineTuneJobs.condition(s, "SourcesReady").reason()));

    cluster.stopOperator();
    trainer.release("restart-go");
    cluster.startOperator();
    FineTuneJobStatus done = jobs.awaitPhase("restart", Phase.Succeeded);

    assertThat(looking.phase()).isEqualTo(Phase.Validating);
    assertThat(looking.resources().gpus()).isZero();
    assertThat(done.run().attempt()).isEqualTo(1);
    assertThat(jobs.allJobs("restart"))
        .containsExactlyInAnyOrder("restart-1-preflight-1", "restart-1-train-1");
  }

  private static String ready(FineTuneJobStatus status) {
    return FineTuneJobs.condition(status, "Ready").reason();
  }
}
