package io.llmforge.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Queue;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.QueueProvider;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Reference;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.ReferenceMode;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.localcluster.ClusterSource;
import io.llmforge.operator.FineTuneJobs.Suspension;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Runs in a queue of Kueue, against a small real cluster in which a script plays Kueue. */
@Tag("cluster")
@DisabledIfSystemProperty(
    named = ClusterSource.PROPERTY,
    matches = ClusterSource.EXTERNAL,
    disabledReason = "brings a Kueue of its own along")
class KueueRunTest {

  @RegisterExtension static final ClusterWithOperator cluster = new ClusterWithOperator();

  private static ScriptedKueue kueue;

  private final KubernetesClient client = cluster.client();
  private final FineTuneJobs jobs = cluster.jobs();
  private final FakeTrainer trainer = cluster.trainer();

  @BeforeAll
  static void startKueue() {
    ScriptedKueue.install(cluster.client());
    kueue = ScriptedKueue.start(cluster.client());
  }

  @AfterAll
  static void stopKueue() {
    kueue.close();
  }

  @Test
  void jobWaitsUntilKueueAdmitsIt() {
    trainer.on("queued", 1, 1, trainer.waits("queued-go", FakeTrainer.completes()));

    submit("queued", JobFixture.config());
    FineTuneJobStatus waiting =
        jobs.awaitStatus("queued", s -> s.queue() != null && s.queue().shortfall() != null);
    Job job = jobs.job("queued-1-train-1");
    kueue.admit("queued-1-train-1");
    FineTuneJobStatus admitted = jobs.awaitStatus("queued", s -> "Admitted".equals(reason(s)));
    trainer.release("queued-go");
    jobs.awaitPhase("queued", Phase.Succeeded);

    assertThat(job.getSpec().getSuspend()).isTrue();
    assertThat(job.getSpec().getTemplate().getSpec().getSchedulingGates()).isNullOrEmpty();
    assertThat(job.getMetadata().getLabels())
        .containsEntry("kueue.x-k8s.io/queue-name", "team-a")
        .containsEntry("kueue.x-k8s.io/priority-class", "urgent");
    assertThat(waiting.phase()).isEqualTo(Phase.Queued);
    assertThat(waiting.queue().provider()).isEqualTo(FineTuneJobStatus.QueueProvider.Kueue);
    assertThat(reason(waiting)).isEqualTo("WaitingInQueue");
    assertThat(waiting.message()).contains("queue team-a", "1 more needed");
    assertThat(admitted.queue().waitedSeconds()).isNotNull();
  }

  @Test
  void evictedRunContinuesAsANewAttemptThatQueues() {
    trainer.on("evicted", 1, 1, trainer.untilTerminated("evicted", FakeTrainer.stops()));
    trainer.on("evicted", 1, 2, FakeTrainer.completes());
    submit("evicted", JobFixture.config());
    awaitQueued("evicted");
    kueue.admit("evicted-1-train-1");
    trainer.awaitStarted("evicted");
    jobs.awaitStatus("evicted", s -> "Admitted".equals(reason(s)));

    kueue.evict("evicted-1-train-1");
    jobs.awaitStatus("evicted", s -> s.run().attempt() == 2 && s.run().job() != null);
    boolean active = kueue.isActive("evicted-1-train-1");
    awaitQueued("evicted");
    kueue.admit("evicted-1-train-2");
    FineTuneJobStatus done = jobs.awaitPhase("evicted", Phase.Succeeded);

    assertThat(active).isFalse();
    assertThat(trainer.wasTerminated("evicted")).isTrue();
    assertThat(done.run().attempt()).isEqualTo(2);
    assertThat(done.run().failedAttempts()).isZero();
    assertThat(jobs.job("evicted-1-train-1").getMetadata().getAnnotations())
        .containsEntry("llmforge.io/stopped", "evicted");
    assertThat(jobs.events("evicted"))
        .anyMatch(event -> event.contains("Preempted to accommodate a workload"));
  }

  @Test
  void operatorThatIsAwayWhileTheQueueMovesGoesOn() {
    trainer.on("away", 1, 1, trainer.waits("away-go", FakeTrainer.completes()));
    submit("away", JobFixture.config());
    awaitQueued("away");

    cluster.stopOperator();
    kueue.admit("away-1-train-1");
    cluster.startOperator();
    jobs.awaitStatus("away", s -> "Admitted".equals(reason(s)));
    cluster.stopOperator();
    trainer.release("away-go");
    cluster.startOperator();
    jobs.awaitPhase("away", Phase.Succeeded);

    assertThat(jobs.jobs("away")).containsExactly("away-1-train-1");
  }

  @Test
  void suspendedByTheUserLeavesTheQueueAndReturnsAsANewAttempt() {
    trainer.on("paused", 1, 1, trainer.untilTerminated("paused", FakeTrainer.stops()));
    trainer.on("paused", 1, 2, FakeTrainer.completes());
    submit("paused", JobFixture.config());
    awaitQueued("paused");
    kueue.admit("paused-1-train-1");
    trainer.awaitStarted("paused");

    jobs.suspend("paused", Suspension.ON);
    jobs.awaitPhase("paused", Phase.Suspended);
    boolean active = kueue.isActive("paused-1-train-1");
    jobs.suspend("paused", Suspension.OFF);
    awaitQueued("paused");
    kueue.admit("paused-1-train-2");
    FineTuneJobStatus done = jobs.awaitPhase("paused", Phase.Succeeded);

    assertThat(active).isFalse();
    assertThat(done.run().failedAttempts()).isZero();
    assertThat(jobs.job("paused-1-train-1").getMetadata().getAnnotations())
        .containsEntry("llmforge.io/stopped", "true");
  }

  @Test
  void anotherQueueIsTakenBeforeTheRunBegins() {
    trainer.on("moved", 1, 2, FakeTrainer.completes());
    submit("moved", JobFixture.config());
    awaitQueued("moved");

    client
        .resources(FineTuneJob.class)
        .inNamespace(client.getNamespace())
        .withName("moved")
        .patch(
            PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"queue\":{\"name\":\"team-b\"}}}");
    await("the next attempt is submitted")
        .atMost(FineTuneJobs.PATIENCE)
        .until(() -> jobs.jobs("moved").contains("moved-1-train-2"));
    jobs.awaitStatus("moved", s -> s.message().contains("queue team-b") && shortfall(s));
    kueue.admit("moved-1-train-2");
    jobs.awaitPhase("moved", Phase.Succeeded);

    assertThat(kueue.isActive("moved-1-train-1")).isFalse();
  }

  @Test
  void eachStageIsAWorkloadOfItsOwn() {
    for (int shard = 0; shard < 3; shard++) {
      trainer.onShard("stages", 1, 1, shard, FakeTrainer.scores());
    }
    trainer.on("stages", 1, 1, FakeTrainer.completes());
    submit("stages", JobFixture.preference());
    awaitQueued("stages");

    kueue.admit("stages-1-reference-1");
    jobs.awaitStatus("stages", s -> "stages-1-train-1".equals(s.run().job()) && shortfall(s));
    kueue.admit("stages-1-train-1");
    FineTuneJobStatus done = jobs.awaitPhase("stages", Phase.Succeeded);

    assertThat(done.run().attempt()).isEqualTo(1);
  }

  @Test
  void podsThatScoreAndAreEvictedTakeTheTrainerThatTheyFeedAlong() {
    for (int shard = 0; shard < 3; shard++) {
      trainer.onShard(
          "fed", 1, 1, shard, trainer.untilTerminated("fed-" + shard, FakeTrainer.stops()));
      trainer.onShard("fed", 1, 2, shard, FakeTrainer.scores());
    }
    trainer.on("fed", 1, 1, trainer.untilTerminated("fed-train", FakeTrainer.stops()));
    trainer.on("fed", 1, 2, FakeTrainer.completes());
    submit(client, "fed", JobFixture.preference(), new Reference(ReferenceMode.Streaming));
    awaitQueued("fed");
    List<String> submittedFirst = jobs.jobs("fed");
    kueue.admit("fed-1-reference-1");
    jobs.awaitStatus("fed", s -> "fed-1-train-1".equals(s.run().job()) && shortfall(s));
    kueue.admit("fed-1-train-1");
    trainer.awaitStarted("fed-train");

    kueue.evict("fed-1-reference-1");
    jobs.awaitStatus("fed", s -> "fed-1-reference-2".equals(s.run().job()) && shortfall(s));
    boolean terminated = trainer.wasTerminated("fed-train");
    kueue.admit("fed-1-reference-2");
    jobs.awaitStatus("fed", s -> "fed-1-train-2".equals(s.run().job()) && shortfall(s));
    kueue.admit("fed-1-train-2");
    FineTuneJobStatus done = jobs.awaitPhase("fed", Phase.Succeeded);

    assertThat(submittedFirst).containsExactly("fed-1-reference-1");
    assertThat(terminated).isTrue();
    assertThat(kueue.isActive("fed-1-train-1")).isFalse();
    assertThat(done.run().failedAttempts()).isZero();
  }

  @Test
  void jobThatOthersSuspendUnaskedSaysSoAndGoesOnWhenTheyLetIt() {
    trainer.on("meddled", 1, 1, trainer.waits("meddled-go", FakeTrainer.completes()));
    client.resource(JobFixture.manifest("meddled", JobFixture.config())).create();
    jobs.awaitJob("meddled", "meddled-1-train-1");

    suspend("meddled-1-train-1", true);
    FineTuneJobStatus suspended =
        jobs.awaitStatus("meddled", s -> "SuspendedByOther".equals(reason(s)));
    suspend("meddled-1-train-1", false);
    trainer.release("meddled-go");
    FineTuneJobStatus done = jobs.awaitPhase("meddled", Phase.Succeeded);

    assertThat(suspended.phase()).isEqualTo(Phase.Queued);
    assertThat(suspended.message()).contains("meddled-1-train-1", "not by this operator");
    assertThat(done.run().attempt()).isEqualTo(1);
  }

  private void suspend(String job, boolean suspended) {
    client
        .batch()
        .v1()
        .jobs()
        .inNamespace(client.getNamespace())
        .withName(job)
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{\"spec\":{\"suspend\":%s}}".formatted(suspended));
  }

  static void submit(KubernetesClient client, String name, ObjectNode config) {
    submit(client, name, config, null);
  }

  private static void submit(
      KubernetesClient client, String name, ObjectNode config, @Nullable Reference reference) {
    FineTuneJob job = JobFixture.manifest(name, config);
    job.setSpec(
        SpecDraft.of(config)
            .queue(new Queue(QueueProvider.Kueue, "team-a", null, "urgent"))
            .reference(reference)
            .build());
    client.resource(job).inNamespace(client.getNamespace()).create();
  }

  private void submit(String name, ObjectNode config) {
    submit(client, name, config);
  }

  private void awaitQueued(String name) {
    jobs.awaitStatus(name, s -> s.phase() == Phase.Queued && shortfall(s));
  }

  private static boolean shortfall(FineTuneJobStatus status) {
    return status.queue() != null
        && status.queue().shortfall() != null
        && status.queue().shortfall().contains("1 more needed");
  }

  private static String reason(FineTuneJobStatus status) {
    return FineTuneJobs.condition(status, "QuotaReserved").reason();
  }
}
