package io.llmforge.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Reference;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.ReferenceMode;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Stage;
import io.llmforge.crds.plan.FailureCode;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.operator.identity.ObjectLabels;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Runs whose trainer works beside the pods that score, against a small real cluster. */
@Tag("cluster")
class StreamingRunTest {

  private static final int SHARDS = 3;

  @RegisterExtension static final ClusterWithOperator cluster = new ClusterWithOperator();

  private final KubernetesClient client = cluster.client();
  private final FineTuneJobs jobs = cluster.jobs();
  private final FakeTrainer trainer = cluster.trainer();

  @Test
  void trainingBeginsWhileShardsAreScored() {
    allScore("feed", 1, "feed-scored");
    trainer.on(
        "feed",
        1,
        1,
        trainer.reports(
            new TrainingReport.Running(TrainingReport.Phase.SCORING, FakeTrainer.PROGRESS),
            "feed-trained",
            FakeTrainer.completes()));

    apply("feed");
    FineTuneJobStatus both =
        jobs.awaitStatus(
            "feed",
            s -> s.phase() == Phase.Scoring && s.message().contains("waits for the scores"));
    trainer.release("feed-scored");
    FineTuneJobStatus scored =
        jobs.awaitStatus(
            "feed", s -> FineTuneJobs.condition(s, "ReferenceReady").reason().equals("Computed"));
    trainer.release("feed-trained");
    FineTuneJobStatus done = jobs.awaitPhase("feed", Phase.Succeeded);

    assertThat(both.run().stage()).isEqualTo(Stage.Train);
    assertThat(both.reference()).isEqualTo(new FineTuneJobStatus.Reference(SHARDS, 0));
    assertThat(both.resources().gpus()).isEqualTo(SHARDS + 1);
    assertThat(FineTuneJobs.condition(both, "ReferenceReady").status()).isEqualTo("False");
    assertThat(FineTuneJobs.condition(both, "ReferenceReady").reason()).isEqualTo("Scoring");
    assertThat(FineTuneJobs.condition(both, "Running").status()).isEqualTo("True");
    assertThat(scored.run().stage()).isEqualTo(Stage.Train);
    assertThat(done.run().attempt()).isEqualTo(1);
    assertThat(jobs.jobs("feed")).containsExactlyInAnyOrder("feed-1-reference-1", "feed-1-train-1");
    assertThat(jobs.events("feed")).doesNotHaveDuplicates();
  }

  @Test
  void shardThatCannotBeHelpedEndsTheTrainerAndIsTheCause() {
    trainer.onShard("bad", 1, 1, 0, trainer.waits("never", FakeTrainer.scores()));
    trainer.onShard(
        "bad",
        1,
        1,
        1,
        trainer.waits(
            "bad-shard", FakeTrainer.fails(FailureCode.DATASET_INVALID, "line 3: no 'rejected'")));
    trainer.onShard("bad", 1, 1, 2, FakeTrainer.scores());
    trainer.on("bad", 1, 1, trainer.untilTerminated("bad-train", FakeTrainer.stops()));

    apply("bad");
    trainer.awaitStarted("bad-train");
    trainer.release("bad-shard");
    FineTuneJobStatus failed = jobs.awaitPhase("bad", Phase.Failed);

    assertThat(trainer.wasTerminated("bad-train")).isTrue();
    assertThat(failed.failure().reason()).isEqualTo("DatasetInvalid");
    assertThat(failed.failure().message()).isEqualTo("shard 1 of 3: line 3: no 'rejected'.");
    assertThat(FineTuneJobs.condition(failed, "ReferenceReady").reason()).isEqualTo("ShardsFailed");
    assertThat(mark("bad-1-train-1")).isEqualTo("ReferenceEnded");
    assertThat(jobs.podsAtWork("bad")).isEmpty();
  }

  @Test
  void failedTrainerIsTriedAgainBesideTheSamePodsThatScore() {
    allScore("flaky", 1, "flaky-scored");
    trainer.on("flaky", 1, 1, FakeTrainer.fails(FailureCode.INTERNAL_ERROR, "bad luck"));
    trainer.on("flaky", 1, 2, trainer.waits("flaky-trained", FakeTrainer.completes()));

    apply("flaky");
    FineTuneJobStatus second =
        jobs.awaitStatus("flaky", s -> s.run() != null && "flaky-1-train-2".equals(s.run().job()));
    trainer.release("flaky-scored");
    trainer.release("flaky-trained");
    FineTuneJobStatus done = jobs.awaitPhase("flaky", Phase.Succeeded);

    assertThat(FineTuneJobs.condition(second, "ReferenceReady").reason()).isEqualTo("Scoring");
    assertThat(done.run().failedAttempts()).isEqualTo(1);
    assertThat(jobs.jobs("flaky"))
        .containsExactlyInAnyOrder("flaky-1-reference-1", "flaky-1-train-1", "flaky-1-train-2");
  }

  @Test
  void suspendedRunLeavesNothingAtWorkAndGoesOnWithBoth() {
    for (int shard = 0; shard < SHARDS; shard++) {
      trainer.onShard(
          "pause", 1, 1, shard, trainer.untilTerminated("pause-" + shard, FakeTrainer.stops()));
    }
    trainer.on("pause", 1, 1, trainer.untilTerminated("pause-train", FakeTrainer.stops()));
    allScore("pause", 2, "pause-scored");
    trainer.on("pause", 1, 2, trainer.waits("pause-scored", FakeTrainer.completes()));
    apply("pause");
    trainer.awaitStarted("pause-train");

    jobs.suspend("pause", FineTuneJobs.Suspension.ON);
    FineTuneJobStatus suspended = jobs.awaitPhase("pause", Phase.Suspended);
    boolean stillAtWork = !jobs.podsAtWork("pause").isEmpty();
    jobs.suspend("pause", FineTuneJobs.Suspension.OFF);
    FineTuneJobStatus again =
        jobs.awaitStatus("pause", s -> s.run() != null && "pause-1-train-2".equals(s.run().job()));
    trainer.release("pause-scored");
    FineTuneJobStatus done = jobs.awaitPhase("pause", Phase.Succeeded);

    assertThat(stillAtWork).isFalse();
    assertThat(suspended.run().job()).isNull();
    assertThat(again.run().failedAttempts()).isZero();
    assertThat(done.run().attempt()).isEqualTo(2);
    assertThat(jobs.jobs("pause"))
        .containsExactlyInAnyOrder(
            "pause-1-reference-1", "pause-1-train-1", "pause-1-reference-2", "pause-1-train-2");
  }

  @Test
  void operatorThatIsRestartedInBetweenFindsBoth() {
    allScore("again", 1, "again-scored");
    trainer.on("again", 1, 1, trainer.waits("again-trained", FakeTrainer.completes()));
    apply("again");
    jobs.awaitStatus("again", s -> s.run() != null && "again-1-train-1".equals(s.run().job()));

    cluster.stopOperator();
    trainer.release("again-scored");
    cluster.startOperator();
    trainer.release("again-trained");
    FineTuneJobStatus done = jobs.awaitPhase("again", Phase.Succeeded);

    assertThat(done.run().attempt()).isEqualTo(1);
    assertThat(jobs.jobs("again"))
        .containsExactlyInAnyOrder("again-1-reference-1", "again-1-train-1");
    assertThat(jobs.events("again")).doesNotHaveDuplicates();
  }

  @Test
  void podsThatScoreEndWithATrainerThatNeedsThemNoMore() {
    for (int shard = 0; shard < SHARDS; shard++) {
      trainer.onShard(
          "early", 1, 1, shard, trainer.untilTerminated("early-" + shard, FakeTrainer.stops()));
    }
    trainer.on("early", 1, 1, FakeTrainer.completes());

    apply("early");
    FineTuneJobStatus done = jobs.awaitPhase("early", Phase.Succeeded);

    assertThat(jobs.podsAtWork("early")).isEmpty();
    assertThat(mark("early-1-reference-1")).isEqualTo("Unneeded");
    assertThat(FineTuneJobs.condition(done, "ReferenceReady").status()).isEqualTo("False");
  }

  private void allScore(String job, int attempt, String when) {
    for (int shard = 0; shard < SHARDS; shard++) {
      trainer.onShard(job, 1, attempt, shard, trainer.waits(when, FakeTrainer.scores()));
    }
  }

  private String mark(String job) {
    return jobs.job(job).getMetadata().getAnnotations().get(ObjectLabels.STOPPED);
  }

  private void apply(String name) {
    FineTuneJob job = JobFixture.manifest(name, JobFixture.preference());
    FineTuneJobSpec spec = job.getSpec();
    job.setSpec(
        SpecDraft.of(spec.config())
            .image(spec.image())
            .validateOnly(spec.validateOnly())
            .suspend(spec.suspend())
            .resources(spec.resources())
            .storage(spec.storage())
            .outputs(spec.outputs())
            .podTemplate(spec.podTemplate())
            .credentials(spec.credentials())
            .queue(spec.queue())
            .runPolicy(spec.runPolicy())
            .reference(new Reference(ReferenceMode.Streaming))
            .build());
    client.resource(job).inNamespace(client.getNamespace()).create();
  }
}
