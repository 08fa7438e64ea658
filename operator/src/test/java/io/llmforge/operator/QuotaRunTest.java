package io.llmforge.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.operator.FineTuneJobs.Suspension;
import io.llmforge.operator.decide.QuotaQueue;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Runs in a namespace whose quota is tight, against a small real cluster. */
@Tag("cluster")
class QuotaRunTest {

  private static final QuotaQueue IMPATIENT =
      new QuotaQueue(Duration.ofSeconds(3), Duration.ofMillis(500));

  @RegisterExtension static final ClusterWithOperator cluster = new ClusterWithOperator();

  private final KubernetesClient client = cluster.client();
  private final FineTuneJobs jobs = cluster.jobs();
  private final FakeTrainer trainer = cluster.trainer();
  private final QuotaFixture quota = new QuotaFixture(client);

  @AfterEach
  void liftTheQuota() {
    cluster.stopOperator();
    quota.clear();
  }

  @Test
  void twoJobsOfTwoPodsShareAQuotaOfThreeAndBothEnd() {
    quota.limit(3);
    for (String name : List.of("left", "right")) {
      shards(name, 1, trainer.waits("twins-go", FakeTrainer.scores()));
      trainer.on(name, 1, 1, FakeTrainer.completes());
      jobs.apply(name, pairs());
    }

    await("one of them scores")
        .atMost(FineTuneJobs.PATIENCE)
        .until(() -> phase("left") == Phase.Scoring || phase("right") == Phase.Scoring);
    String first = phase("left") == Phase.Scoring ? "left" : "right";
    String second = first.equals("left") ? "right" : "left";
    FineTuneJobStatus waiting =
        jobs.awaitStatus(second, s -> s.queue() != null && s.queue().shortfall() != null);
    List<Pod> running = quota.pods(first);
    List<Pod> waitingPods = quota.pods(second);
    trainer.release("twins-go");
    FineTuneJobStatus done = jobs.awaitPhase(second, Phase.Succeeded);
    jobs.awaitPhase(first, Phase.Succeeded);

    assertThat(running).hasSize(2);
    assertThat(waitingPods).isEmpty();
    assertThat(waiting.phase()).isEqualTo(Phase.Queued);
    assertThat(waiting.queue().position()).isEqualTo(1);
    assertThat(waiting.queue().shortfall())
        .isEqualTo("team-gpu needs 2 requests.nvidia.com/gpu, free 1 (hard 3, used 2)");
    assertThat(FineTuneJobs.condition(waiting, "QuotaReserved").reason())
        .isEqualTo("WaitingForQuota");
    assertThat(done.run().attempt()).isEqualTo(1);
    assertThat(FineTuneJobs.condition(done, "QuotaReserved").reason()).isEqualTo("Ended");
    assertThat(jobs.events(second))
        .anyMatch(event -> event.contains("Place 1 in the line"))
        .anyMatch(event -> event.startsWith("QuotaReserved is True"));
  }

  @Test
  void jobOfOnePodIsReservedTheSameWay() {
    quota.limit(1);
    trainer.on("single", 1, 1, trainer.waits("single-go", FakeTrainer.completes()));

    jobs.apply("single", JobFixture.config());
    FineTuneJobStatus atWork =
        jobs.awaitStatus("single", s -> s.phase() == Phase.Training || s.phase() == Phase.Starting);
    trainer.release("single-go");
    jobs.awaitPhase("single", Phase.Succeeded);

    assertThat(FineTuneJobs.condition(atWork, "QuotaReserved").reason()).isEqualTo("Reserved");
    assertThat(atWork.queue().waitedSeconds()).isNotNull();
    assertThat(jobs.job("single-1-train-1").getSpec().getTemplate().getSpec().getSchedulingGates())
        .singleElement()
        .hasFieldOrPropertyWithValue("name", "llmforge.io/admission");
  }

  @Test
  void lineGoesByPriorityThenAge() {
    quota.limit(1);
    quota.occupy("foreign", 1);
    for (String name : List.of("a-first", "b-second", "urgent")) {
      trainer.on(name, 1, 1, trainer.waits(name + "-go", FakeTrainer.completes()));
    }
    quota.apply("a-first", JobFixture.config(), 0);
    awaitPlace("a-first", 1);
    quota.apply("b-second", JobFixture.config(), 0);
    awaitPlace("b-second", 2);
    quota.apply("urgent", JobFixture.config(), 5);

    awaitPlace("urgent", 1);
    awaitPlace("a-first", 2);
    awaitPlace("b-second", 3);
    quota.free("foreign");
    awaitAtWork("urgent");
    awaitPlace("a-first", 1);
    awaitPlace("b-second", 2);
    List<Pod> overtaken = quota.pods("a-first");
    trainer.release("urgent-go");
    awaitAtWork("a-first");
    awaitPlace("b-second", 1);
    trainer.release("a-first-go");
    trainer.release("b-second-go");
    jobs.awaitPhase("b-second", Phase.Succeeded);

    assertThat(overtaken).isEmpty();
  }

  @Test
  void nobodyPassesTheHeadAndItsEndWakesTheNext() {
    quota.limit(3);
    quota.occupy("foreign", 2);
    shards("big", 1, FakeTrainer.scores());
    trainer.on("small", 1, 1, FakeTrainer.completes());
    jobs.apply("big", pairs());
    awaitPlace("big", 1);
    jobs.apply("small", JobFixture.config());
    FineTuneJobStatus behind = awaitPlace("small", 2);

    jobs.suspend("big", Suspension.ON);
    jobs.awaitPhase("big", Phase.Suspended);
    jobs.awaitPhase("small", Phase.Succeeded);

    assertThat(behind.message()).contains("Place 2 in the line");
    assertThat(behind.queue().shortfall()).isNull();
    assertThat(jobs.jobs("big")).isEmpty();
  }

  @Test
  void deletedHeadWakesTheNext() {
    quota.limit(3);
    quota.occupy("foreign", 2);
    trainer.on("next", 1, 1, FakeTrainer.completes());
    jobs.apply("head", pairs());
    awaitPlace("head", 1);
    jobs.apply("next", JobFixture.config());
    awaitPlace("next", 2);

    client
        .resources(FineTuneJob.class)
        .inNamespace(client.getNamespace())
        .withName("head")
        .delete();

    jobs.awaitPhase("next", Phase.Succeeded);
  }

  @Test
  void limitThatNeverFitsStallsAndAGreaterOneStartsTheRun() {
    quota.limit(1);
    shards("large", 1, FakeTrainer.scores());
    trainer.on("large", 1, 1, FakeTrainer.completes());
    trainer.on("fits", 1, 1, FakeTrainer.completes());

    jobs.apply("large", pairs());
    FineTuneJobStatus stalled =
        jobs.awaitStatus("large", s -> "ExceedsQuotaLimit".equals(reason(s)));
    jobs.apply("fits", JobFixture.config());
    jobs.awaitPhase("fits", Phase.Succeeded);
    quota.limit(2);
    jobs.awaitPhase("large", Phase.Succeeded);

    assertThat(stalled.phase()).isEqualTo(Phase.Queued);
    assertThat(stalled.queue().position()).isNull();
    assertThat(FineTuneJobs.condition(stalled, "Stalled").status()).isEqualTo("True");
    assertThat(FineTuneJobs.condition(stalled, "Reconciling").status()).isEqualTo("False");
    assertThat(stalled.message())
        .contains("team-gpu needs 2 requests.nvidia.com/gpu, free 1 (hard 1, used 0)");
  }

  @Test
  void quotaWhoseScopesDoNotMatchIsNone() {
    client
        .resource(
            new ResourceQuotaBuilder()
                .withNewMetadata()
                .withName("deadlines")
                .endMetadata()
                .withNewSpec()
                .withHard(Map.of("pods", new Quantity("0")))
                .withScopes("Terminating")
                .endSpec()
                .build())
        .inNamespace(client.getNamespace())
        .create();
    trainer.on("unscoped", 1, 1, FakeTrainer.completes());

    jobs.apply("unscoped", JobFixture.config());
    FineTuneJobStatus done = jobs.awaitPhase("unscoped", Phase.Succeeded);

    assertThat(FineTuneJobs.condition(done, "QuotaReserved").reason()).isEqualTo("NotRequired");
    assertThat(done.queue()).isNull();
  }

  @Test
  void quotaThatIsTakenMeanwhileIsGivenBackAndTriedAgain() {
    cluster.stopOperator();
    quota.limit(3);
    shards("robbed", 1, FakeTrainer.scores());
    for (int attempt = 2; attempt < 9; attempt++) {
      shards("robbed", attempt, FakeTrainer.scores());
      trainer.on("robbed", 1, attempt, FakeTrainer.completes());
    }
    try (KubernetesClient slow = beforeTheSecondJob(() -> quota.occupy("thief", 2))) {
      cluster.startOperator(slow, IMPATIENT);
      jobs.apply("robbed", pairs());
      jobs.awaitStatus("robbed", s -> "ReservationWithdrawn".equals(reason(s)));
      await("what it got is given back")
          .atMost(FineTuneJobs.PATIENCE)
          .until(() -> quota.pods("robbed").isEmpty());
      quota.free("thief");
      FineTuneJobStatus done = jobs.awaitPhase("robbed", Phase.Succeeded);
      cluster.stopOperator();

      assertThat(done.run().failedAttempts()).isZero();
      assertThat(done.run().attempt()).isGreaterThan(1);
      assertThat(jobs.job("robbed-1-reference-1").getMetadata().getAnnotations())
          .containsEntry("llmforge.io/stopped", "withdrawn");
      assertThat(jobs.job("robbed-1-reference-1").getSpec().getSuspend()).isTrue();
    }
  }

  @Test
  void operatorThatStopsWhileItWaitsGoesOnWaiting() {
    quota.limit(1);
    quota.occupy("foreign", 1);
    trainer.on("patient", 1, 1, FakeTrainer.completes());
    jobs.apply("patient", JobFixture.config());
    String since = awaitPlace("patient", 1).queue().waitingSince();

    cluster.stopOperator();
    quota.free("foreign");
    cluster.startOperator();
    FineTuneJobStatus done = jobs.awaitPhase("patient", Phase.Succeeded);

    assertThat(since).isNotNull();
    assertThat(done.queue().waitedSeconds()).isNotNull();
    assertThat(jobs.jobs("patient")).containsExactly("patient-1-train-1");
    assertThat(jobs.events("patient")).doesNotHaveDuplicates();
  }

  @Test
  void operatorThatStopsWhileItCollectsLetsAllGoWhenItIsBack() {
    collectHalf("half");
    cluster.stopOperator();

    quota.free("thief");
    await("both pods are there")
        .atMost(FineTuneJobs.PATIENCE)
        .until(() -> quota.pods("half").size() == 2);
    List<Pod> held = quota.pods("half");
    cluster.startOperator();
    jobs.awaitPhase("half", Phase.Succeeded);

    assertThat(held).allMatch(pod -> pod.getSpec().getNodeName() == null);
    assertThat(jobs.jobs("half")).containsExactlyInAnyOrder("half-1-reference-1", "half-1-train-1");
  }

  @Test
  void operatorThatDiedWhenHalfWereLetGoLetsTheOthersGo() {
    collectHalf("torn");
    cluster.stopOperator();
    quota.free("thief");
    await("both pods are there")
        .atMost(FineTuneJobs.PATIENCE)
        .until(() -> quota.pods("torn").size() == 2);

    client
        .resource(quota.pods("torn").getFirst())
        .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"schedulingGates\":[]}}");
    cluster.startOperator();
    FineTuneJobStatus done = jobs.awaitPhase("torn", Phase.Succeeded);

    assertThat(done.run().attempt()).isEqualTo(1);
    assertThat(jobs.jobs("torn")).containsExactlyInAnyOrder("torn-1-reference-1", "torn-1-train-1");
  }

  @Test
  void operatorThatDiedBeforeItWithdrewDoesSoWhenItIsBack() {
    collectHalf("late");
    cluster.stopOperator();
    for (int attempt = 2; attempt < 9; attempt++) {
      shards("late", attempt, FakeTrainer.scores());
      trainer.on("late", 1, attempt, FakeTrainer.completes());
    }

    cluster.startOperator(IMPATIENT);
    jobs.awaitStatus("late", s -> "ReservationWithdrawn".equals(reason(s)));
    cluster.stopOperator();
    quota.free("thief");
    cluster.startOperator(IMPATIENT);
    FineTuneJobStatus done = jobs.awaitPhase("late", Phase.Succeeded);

    assertThat(done.run().failedAttempts()).isZero();
    assertThat(jobs.events("late")).doesNotHaveDuplicates();
  }

  // A reservation that has one of its two pods: somebody else took the quota of the other.
  private void collectHalf(String name) {
    cluster.stopOperator();
    quota.limit(3);
    shards(name, 1, FakeTrainer.scores());
    trainer.on(name, 1, 1, FakeTrainer.completes());
    KubernetesClient slow = beforeTheSecondJob(() -> quota.occupy("thief", 2));
    cluster.startOperator(slow);
    jobs.apply(name, pairs());
    FineTuneJobStatus collecting = jobs.awaitStatus(name, s -> "Reserving".equals(reason(s)));
    await("one pod is there")
        .atMost(FineTuneJobs.PATIENCE)
        .until(() -> quota.pods(name).size() == 1);
    assertThat(collecting.phase()).isEqualTo(Phase.Queued);
  }

  // The first is the preflight's, which needs no device.
  private KubernetesClient beforeTheSecondJob(Runnable deed) {
    AtomicInteger jobs = new AtomicInteger();
    return new KubernetesClientBuilder()
        .withConfig(client.getConfiguration())
        .withHttpClientBuilderConsumer(
            builder ->
                builder.addOrReplaceInterceptor(
                    "thief",
                    new Interceptor() {
                      @Override
                      public void before(BasicBuilder request, HttpRequest sent, RequestTags tags) {
                        boolean createsJob =
                            sent.method().equals("POST") && sent.uri().getPath().endsWith("/jobs");
                        if (createsJob && jobs.incrementAndGet() == 2) {
                          deed.run();
                        }
                      }
                    }))
        .build();
  }

  private void shards(String job, int attempt, String commands) {
    trainer.onShard(job, 1, attempt, 0, commands);
    trainer.onShard(job, 1, attempt, 1, commands);
  }

  private static ObjectNode pairs() {
    ObjectNode config = JobFixture.preference();
    config
        .withObject("/preference_tuning_config/logprob_processor_scaling_config")
        .put("concurrency", 2);
    return config;
  }

  private FineTuneJobStatus awaitPlace(String name, int place) {
    return jobs.awaitStatus(
        name, s -> s.queue() != null && Integer.valueOf(place).equals(s.queue().position()));
  }

  private void awaitAtWork(String name) {
    jobs.awaitStatus(name, s -> "Reserved".equals(reason(s)));
  }

  private Phase phase(String name) {
    FineTuneJobStatus status = jobs.status(name);
    return status == null ? null : status.phase();
  }

  private static String reason(FineTuneJobStatus status) {
    return FineTuneJobs.condition(status, "QuotaReserved").reason();
  }
}
