package io.llmforge.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodListBuilder;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.crds.plan.FailureCode;
import io.llmforge.crds.plan.PlanJson;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.operator.decide.Decision;
import io.llmforge.operator.identity.StatusTokens;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.OwnedObjects;
import io.llmforge.operator.observe.StatusAnswer;
import io.llmforge.operator.observe.StatusClient;
import io.llmforge.operator.report.JobMetrics;
import io.llmforge.operator.report.Obstacle;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A run with a reference stage, and an API server that answers as scripted. */
@EnableKubernetesMockClient(kubernetesClientBuilderCustomizer = ApiFaultsTest.Impatient.class)
public class ReferenceFaultsTest {

  private static final OwnedObjects NOTHING = new OwnedObjects(List.of(), List.of(), List.of());

  private final ScheduledExecutorService polls = Executors.newScheduledThreadPool(1);
  private final StatusClient statusClient = StatusClient.ofContract();
  private final FineTuneJob job = JobFixture.job("pairs", JobFixture.preference());

  private KubernetesMockServer server;
  private KubernetesClient client;
  private Parts parts;
  private Observation observation;
  private Decision decision;

  @BeforeEach
  void lookForTheFirstTime() {
    var polling =
        new ProgressPolling(
            statusClient,
            StatusTokens.none(),
            Duration.ofSeconds(1),
            polls,
            new JobMetrics(new SimpleMeterRegistry()));
    parts = Parts.of(client, OperatorFixture.DEFAULTS, polling, Clock.systemUTC());
    job.getMetadata().setUid("uid-of-pairs");
    job.getMetadata().setGeneration(1L);
    look(NOTHING);
    look(done(desired(), 1));
  }

  @AfterEach
  void close() {
    polls.shutdownNow();
    statusClient.close();
  }

  @Test
  void trainJobThatIsRefusedAfterTheReferenceIsTriedAgainByItself() {
    OwnedObjects afterScoring = done(desired(), 3);
    look(afterScoring);
    server
        .expect()
        .post()
        .withPath("/apis/batch/v1/namespaces/default/jobs")
        .andReturn(HttpURLConnection.HTTP_FORBIDDEN, status("exceeded quota: team-a"))
        .always();

    FineTuneJobStatus refused = compose(create());
    job.setStatus(refused);
    look(afterScoring);

    assertThat(refused.phase()).isEqualTo(Phase.Pending);
    assertThat(refused.message()).contains("Job pairs-1-train-1", "exceeded quota: team-a");
    assertThat(refused.run().job()).isNull();
    assertThat(desired())
        .last()
        .extracting(object -> object.getMetadata().getName())
        .isEqualTo("pairs-1-train-1");
  }

  @Test
  void shardThatTheCacheOfPodsDoesNotKnowYetIsAskedFor() {
    Job failed = ended((Job) desired().getLast(), "Failed", 2, 1);
    failed.getMetadata().setUid("uid-of-job");
    server
        .expect()
        .get()
        .withPath(
            "/api/v1/namespaces/default"
                + "/pods?labelSelector=llmforge.io%2Fjob%3Dpairs%2Cllmforge.io%2Frun%3D1"
                + "%2Cllmforge.io%2Fstage%3Dreference%2Cllmforge.io%2Fattempt%3D1")
        .andReturn(HttpURLConnection.HTTP_OK, new PodListBuilder().withItems(shard()).build())
        .always();

    look(new OwnedObjects(List.of(failed), List.of(), List.of()));

    assertThat(decision).isInstanceOf(Decision.Fail.class);
    assertThat(((Decision.Fail) decision).failure().message())
        .isEqualTo("shard 1 of 3: train.jsonl line 3: no role");
  }

  private void look(OwnedObjects owned) {
    observation =
        parts.observer().observe(job, owned, new StatusAnswer.NotAsked(), parts.clock().instant());
    decision = parts.decider().decide(observation);
  }

  private List<HasMetadata> desired() {
    return parts
        .desired()
        .of(observation.request().owner(), observation.request().spec(), decision);
  }

  private FineTuneJobStatus compose(List<Obstacle> obstacles) {
    return parts.composer().compose(observation, decision, obstacles, parts.clock().instant());
  }

  private List<Obstacle> create() {
    return parts
        .creator()
        .create(desired(), observation, object -> client.resource(object).create());
  }

  private static Pod shard() {
    var report =
        new TrainingReport.Failed(
            TrainingReport.Progress.NONE,
            FailureCode.DATASET_INVALID,
            "train.jsonl line 3: no role");
    return new PodBuilder()
        .withNewMetadata()
        .withName("pairs-1-reference-1-1-abcde")
        .addToAnnotations("batch.kubernetes.io/job-completion-index", "1")
        .addNewOwnerReference()
        .withUid("uid-of-job")
        .withController(true)
        .endOwnerReference()
        .endMetadata()
        .withNewStatus()
        .withPhase("Failed")
        .addNewContainerStatus()
        .withName("trainer")
        .withNewState()
        .withNewTerminated()
        .withExitCode(65)
        .withMessage(PlanJson.write(report))
        .endTerminated()
        .endState()
        .endContainerStatus()
        .endStatus()
        .build();
  }

  private static Job ended(Job job, String condition, int succeeded, int failed) {
    return new JobBuilder(job)
        .withNewStatus()
        .withSucceeded(succeeded)
        .withFailed(failed)
        .addNewCondition()
        .withType(condition)
        .withStatus("True")
        .endCondition()
        .endStatus()
        .build();
  }

  /** The newest Job has completed. */
  private static OwnedObjects done(List<HasMetadata> objects, int succeeded) {
    Job newest = ended((Job) objects.getLast(), "Complete", succeeded, 0);
    List<HasMetadata> others = objects.stream().filter(object -> !(object instanceof Job)).toList();
    return new OwnedObjects(List.of(newest), List.of(), others);
  }

  private static Object status(String message) {
    return new StatusBuilder().withStatus("Failure").withMessage(message).build();
  }
}
