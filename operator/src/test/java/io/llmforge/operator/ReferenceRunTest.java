package io.llmforge.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Reference;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Stage;
import io.llmforge.crds.plan.FailureCode;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Runs with a reference stage, against a small real cluster; each has three shards. */
@Tag("cluster")
class ReferenceRunTest {

  private static final int SHARDS = 3;

  @RegisterExtension static final ClusterWithOperator cluster = new ClusterWithOperator();

  private final KubernetesClient client = cluster.client();
  private final FineTuneJobs jobs = cluster.jobs();
  private final FakeTrainer trainer = cluster.trainer();

  @Test
  void trainingBeginsWhenEveryShardIsScored() {
    trainer.onShard("pairs", 1, 1, 0, FakeTrainer.scores());
    trainer.onShard("pairs", 1, 1, 1, trainer.waits("pairs-go", FakeTrainer.scores()));
    trainer.onShard("pairs", 1, 1, 2, FakeTrainer.scores());
    trainer.on("pairs", 1, 1, FakeTrainer.completes());

    jobs.apply("pairs", JobFixture.preference());
    FineTuneJobStatus scoring =
        jobs.awaitStatus("pairs", s -> new Reference(SHARDS, 2).equals(s.reference()));
    List<String> jobsWhileScoring = jobs.jobs("pairs");
    trainer.release("pairs-go");
    FineTuneJobStatus done = jobs.awaitPhase("pairs", Phase.Succeeded);

    assertThat(scoring.phase()).isEqualTo(Phase.Scoring);
    assertThat(scoring.message()).contains("2 of 3 shards are scored");
    assertThat(scoring.run().stage()).isEqualTo(Stage.Reference);
    assertThat(jobsWhileScoring).containsExactly("pairs-1-reference-1");
    assertThat(done.reference()).isEqualTo(new Reference(SHARDS, SHARDS));
    assertThat(done.run().stage()).isEqualTo(Stage.Train);
    assertThat(FineTuneJobs.condition(done, "ReferenceReady").reason()).isEqualTo("Computed");
    assertThat(jobs.jobs("pairs"))
        .containsExactlyInAnyOrder("pairs-1-reference-1", "pairs-1-train-1");
    assertThat(jobs.events("pairs"))
        .anyMatch(event -> event.startsWith("ReferenceReady is True"))
        .doesNotHaveDuplicates();
  }

  @Test
  void shardThatFailsIsTriedAgainByItself() {
    trainer.onShard("unlucky", 1, 1, 0, FakeTrainer.scores());
    trainer.onShard(
        "unlucky",
        1,
        1,
        1,
        trainer.failsOnce("unlucky-failed", FailureCode.INTERNAL_ERROR, FakeTrainer.scores()));
    trainer.onShard("unlucky", 1, 1, 2, FakeTrainer.scores());
    trainer.on("unlucky", 1, 1, FakeTrainer.completes());

    jobs.apply("unlucky", JobFixture.preference());
    FineTuneJobStatus done = jobs.awaitPhase("unlucky", Phase.Succeeded);

    assertThat(done.run().attempt()).isEqualTo(1);
    assertThat(done.run().failedAttempts()).isZero();
    assertThat(jobs.job("unlucky-1-reference-1").getStatus().getFailed()).isEqualTo(1);
  }

  @Test
  void shardThatCannotBeHelpedFailsTheRunWithItsWords() {
    trainer.onShard("badrow", 1, 1, 0, trainer.waits("never", ""));
    trainer.onShard(
        "badrow",
        1,
        1,
        1,
        FakeTrainer.fails(FailureCode.DATASET_INVALID, "train.jsonl line 3: no 'rejected'"));
    trainer.onShard("badrow", 1, 1, 2, FakeTrainer.scores());

    jobs.apply("badrow", JobFixture.preference());
    FineTuneJobStatus failed = jobs.awaitPhase("badrow", Phase.Failed);

    assertThat(failed.failure().reason()).isEqualTo("DatasetInvalid");
    assertThat(failed.failure().stage()).isEqualTo("reference");
    assertThat(failed.failure().message())
        .isEqualTo("shard 1 of 3: train.jsonl line 3: no 'rejected'.");
    assertThat(FineTuneJobs.condition(failed, "ReferenceReady").reason()).isEqualTo("ShardsFailed");
    assertThat(jobs.jobs("badrow")).containsExactly("badrow-1-reference-1");
  }

  @Test
  void shardThatNeverSucceedsFailsTheRunWithItsTries() {
    allScore("stubborn", 1, 1);
    trainer.onShard(
        "stubborn", 1, 1, 2, FakeTrainer.fails(FailureCode.INTERNAL_ERROR, "out of luck"));

    jobs.apply("stubborn", JobFixture.preference());
    FineTuneJobStatus failed = jobs.awaitPhase("stubborn", Phase.Failed);

    assertThat(failed.failure().reason()).isEqualTo("InternalError");
    assertThat(failed.failure().message()).isEqualTo("shard 2 of 3: out of luck (tried 3 times).");
    assertThat(jobs.jobs("stubborn")).containsExactly("stubborn-1-reference-1");
  }

  @Test
  void deletedReferenceJobIsAnAttemptThatWasLost() {
    trainer.onShard("lost", 1, 1, 0, trainer.waits("never", ""));
    trainer.onShard("lost", 1, 1, 1, FakeTrainer.scores());
    trainer.onShard("lost", 1, 1, 2, FakeTrainer.scores());
    allScore("lost", 1, 2);
    trainer.on("lost", 1, 2, FakeTrainer.completes());
    jobs.apply("lost", JobFixture.preference());
    jobs.awaitJob("lost", "lost-1-reference-1");

    client
        .batch()
        .v1()
        .jobs()
        .inNamespace(client.getNamespace())
        .withName("lost-1-reference-1")
        .delete();
    FineTuneJobStatus done = jobs.awaitPhase("lost", Phase.Succeeded);

    assertThat(done.run().attempt()).isEqualTo(2);
    assertThat(done.run().failedAttempts()).as("of training").isZero();
    assertThat(done.attempts().getLast().reason()).isEqualTo("PodLost");
    assertThat(jobs.jobs("lost")).containsExactlyInAnyOrder("lost-1-reference-2", "lost-1-train-2");
  }

  @Test
  void failedTrainerIsTriedAgainWithoutScoringAgain() {
    allScore("flaky", 1, 1);
    trainer.on("flaky", 1, 1, FakeTrainer.fails(FailureCode.INTERNAL_ERROR, "bad luck"));
    trainer.on("flaky", 1, 2, FakeTrainer.completes());

    jobs.apply("flaky", JobFixture.preference());
    jobs.awaitPhase("flaky", Phase.Succeeded);

    assertThat(jobs.jobs("flaky"))
        .containsExactlyInAnyOrder("flaky-1-reference-1", "flaky-1-train-1", "flaky-1-train-2");
  }

  @Test
  void operatorThatStopsWhileScoringGoesOnWithTraining() {
    for (int shard = 0; shard < SHARDS; shard++) {
      trainer.onShard("restart", 1, 1, shard, trainer.waits("restart-go", FakeTrainer.scores()));
    }
    trainer.on("restart", 1, 1, FakeTrainer.completes());
    jobs.apply("restart", JobFixture.preference());
    String started = jobs.awaitJob("restart", "restart-1-reference-1").run().startTime();

    cluster.stopOperator();
    trainer.release("restart-go");
    awaitComplete("restart-1-reference-1");
    cluster.startOperator();
    FineTuneJobStatus done = jobs.awaitPhase("restart", Phase.Succeeded);

    assertThat(jobs.jobs("restart"))
        .containsExactlyInAnyOrder("restart-1-reference-1", "restart-1-train-1");
    assertThat(done.run().startTime()).isEqualTo(started);
    assertThat(jobs.events("restart")).doesNotHaveDuplicates();
  }

  @Test
  void operatorThatDiedBeforeItRecordedTheTrainJobCreatesNothingTwice() {
    trainer.onShard("killed", 1, 1, 0, trainer.waits("killed-shard", FakeTrainer.scores()));
    trainer.onShard("killed", 1, 1, 1, FakeTrainer.scores());
    trainer.onShard("killed", 1, 1, 2, FakeTrainer.scores());
    trainer.on("killed", 1, 1, trainer.waits("killed-train", FakeTrainer.completes()));
    jobs.apply("killed", JobFixture.preference());
    FineTuneJobStatus scoring =
        jobs.awaitStatus("killed", s -> new Reference(SHARDS, 2).equals(s.reference()));
    trainer.release("killed-shard");
    jobs.awaitStatus("killed", s -> "killed-1-train-1".equals(s.run().job()));
    cluster.stopOperator();
    String trainUid = jobs.job("killed-1-train-1").getMetadata().getUid();

    record("killed", scoring);
    cluster.startOperator();
    jobs.awaitStatus("killed", s -> s.run().stage() == Stage.Train);
    trainer.release("killed-train");
    FineTuneJobStatus done = jobs.awaitPhase("killed", Phase.Succeeded);

    assertThat(jobs.job("killed-1-train-1").getMetadata().getUid()).isEqualTo(trainUid);
    assertThat(done.run().attempt()).isEqualTo(1);
    assertThat(jobs.jobs("killed"))
        .containsExactlyInAnyOrder("killed-1-reference-1", "killed-1-train-1");
  }

  @Test
  void specThatChangesWhileScoringMakesTheNextRunAfterIt() {
    for (int shard = 0; shard < SHARDS; shard++) {
      trainer.onShard("changed", 1, 1, shard, trainer.waits("changed-go", FakeTrainer.scores()));
    }
    allScore("changed", 2, 1);
    trainer.on("changed", 2, 1, FakeTrainer.completes());
    jobs.apply("changed", JobFixture.preference());
    jobs.awaitJob("changed", "changed-1-reference-1");

    jobs.apply("changed", JobFixture.preference().put("learning_rate", 1e-5));
    jobs.awaitStatus("changed", s -> s.message().contains("until its reference is scored"));
    trainer.release("changed-go");
    FineTuneJobStatus done =
        jobs.awaitStatus("changed", s -> s.run().number() == 2 && s.phase() == Phase.Succeeded);

    assertThat(jobs.jobs("changed"))
        .containsExactlyInAnyOrder(
            "changed-1-reference-1", "changed-2-reference-1", "changed-2-train-1");
    assertThat(done.run().failedAttempts()).isZero();
  }

  private void allScore(String job, int run, int attempt) {
    for (int shard = 0; shard < SHARDS; shard++) {
      trainer.onShard(job, run, attempt, shard, FakeTrainer.scores());
    }
  }

  private void awaitComplete(String job) {
    await(job + " is complete")
        .atMost(FineTuneJobs.PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(
            () ->
                Stream.ofNullable(jobs.job(job).getStatus())
                    .flatMap(status -> status.getConditions().stream())
                    .anyMatch(condition -> condition.getType().equals("Complete")));
  }

  private void record(String name, FineTuneJobStatus status) {
    client
        .resources(FineTuneJob.class)
        .inNamespace(client.getNamespace())
        .withName(name)
        .editStatus(
            job -> {
              job.setStatus(status);
              return job;
            });
  }
}
