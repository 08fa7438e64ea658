package io.llmforge.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.operator.decide.Decision;
import io.llmforge.operator.decide.Reason;
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
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An API server that answers as scripted. */
@EnableKubernetesMockClient(kubernetesClientBuilderCustomizer = ApiFaultsTest.Impatient.class)
public class ApiFaultsTest {

  private static final String NAMESPACE = "/api/v1/namespaces/default";
  private static final String EVENTS = NAMESPACE + "/events";

  private final ScheduledExecutorService polls = Executors.newScheduledThreadPool(1);
  private final StatusClient statusClient = StatusClient.ofContract();

  private KubernetesMockServer server;
  private KubernetesClient client;
  private Parts parts;
  private Observation observation;
  private Decision decision;

  @BeforeEach
  void decide() {
    var polling =
        new ProgressPolling(
            statusClient,
            StatusTokens.none(),
            Duration.ofSeconds(1),
            polls,
            new JobMetrics(new SimpleMeterRegistry()));
    var noon = Clock.fixed(Instant.parse("2026-11-23T12:00:00Z"), ZoneOffset.UTC);
    parts = Parts.of(client, OperatorFixture.DEFAULTS, polling, noon);
    FineTuneJob job = JobFixture.job("tiny", JobFixture.config());
    job.getMetadata().setUid("uid-of-tiny");
    job.getMetadata().setGeneration(1L);
    observation =
        parts
            .observer()
            .observe(
                job,
                new OwnedObjects(List.of(), List.of(), List.of()),
                new StatusAnswer.NotAsked(),
                noon.instant());
    decision = parts.decider().decide(observation);
  }

  @AfterEach
  void close() {
    polls.shutdownNow();
    statusClient.close();
  }

  @Test
  void exceededQuotaIsAnObstacleThatNamesIt() {
    answerTo(
        "/configmaps",
        HttpURLConnection.HTTP_FORBIDDEN,
        "configmaps \"tiny-1-plan\" is forbidden: exceeded quota: team-a, used: 5, limited: 5");

    List<Obstacle> obstacles = create();
    FineTuneJobStatus status = compose(obstacles);

    assertThat(obstacles).singleElement().extracting("reason").isEqualTo(Reason.QUOTA_EXCEEDED);
    assertThat(status.phase()).isEqualTo(Phase.Pending);
    assertThat(status.message()).contains("ConfigMap tiny-1-plan", "exceeded quota: team-a");
  }

  @Test
  void missingRightIsAnObstacle() {
    answerTo(
        "/configmaps", HttpURLConnection.HTTP_FORBIDDEN, "User cannot create resource configmaps");

    assertThat(create()).singleElement().extracting("reason").isEqualTo(Reason.FORBIDDEN);
  }

  @Test
  void objectOfSomebodyElseIsAnObstacle() {
    answerTo("/configmaps", HttpURLConnection.HTTP_CONFLICT, "already exists");
    server
        .expect()
        .get()
        .withPath(NAMESPACE + "/configmaps/tiny-1-plan")
        .andReturn(
            HttpURLConnection.HTTP_OK,
            new ConfigMapBuilder().withNewMetadata().withName("tiny-1-plan").endMetadata().build())
        .always();

    assertThat(create()).singleElement().extracting("reason").isEqualTo(Reason.NAME_TAKEN);
  }

  @Test
  void objectOfOursThatTheCacheDoesNotKnowIsNone() {
    HasMetadata ours =
        parts
            .desired()
            .of(observation.request().owner(), observation.request().spec(), decision)
            .getFirst();
    answerTo("/configmaps", HttpURLConnection.HTTP_CONFLICT, "already exists");
    server
        .expect()
        .get()
        .withPath(NAMESPACE + "/configmaps/tiny-1-plan")
        .andReturn(HttpURLConnection.HTTP_OK, ours)
        .always();

    List<Obstacle> obstacles =
        parts
            .creator()
            .create(List.of(ours), observation, object -> client.resource(object).create());

    assertThat(obstacles).isEmpty();
  }

  @Test
  void serverThatCannotAnswerFailsThePass() {
    answerTo("/configmaps", HttpURLConnection.HTTP_UNAVAILABLE, "later");

    assertThatThrownBy(this::create)
        .isInstanceOf(KubernetesClientException.class)
        .hasMessageContaining("later");
  }

  @Test
  void noEventWithoutAStoredStatus() {
    FineTuneJobStatus status = compose(List.of());

    assertThatThrownBy(
            () ->
                parts
                    .reporter()
                    .publish(
                        observation,
                        decision,
                        status,
                        job -> {
                          throw new KubernetesClientException("conflict", 409, null);
                        }))
        .hasMessage("conflict");

    assertThat(requests(EVENTS)).isZero();
  }

  @Test
  void eventThatCannotBeRecordedDoesNotHarmTheStatus() {
    server
        .expect()
        .post()
        .withPath(EVENTS)
        .andReturn(HttpURLConnection.HTTP_FORBIDDEN, status("no events here"))
        .always();

    parts.reporter().publish(observation, decision, compose(List.of()), job -> {});

    assertThat(requests(EVENTS)).isPositive();
  }

  @Test
  void unchangedStatusIsNotWritten() {
    FineTuneJobStatus status = compose(List.of());
    Observation same =
        new Observation(
            observation.request(),
            status,
            observation.objects(),
            observation.jobs(),
            observation.answer(),
            observation.now());

    parts
        .reporter()
        .publish(
            same,
            decision,
            status,
            job -> {
              throw new AssertionError("nothing changed");
            });

    assertThat(requests(EVENTS)).isZero();
  }

  @Test
  void statusPatchCarriesOnlyTheStatus() {
    server
        .expect()
        .post()
        .withPath(EVENTS)
        .andReturn(HttpURLConnection.HTTP_CONFLICT, status("exists"))
        .always();

    parts
        .reporter()
        .publish(
            observation,
            decision,
            compose(List.of()),
            job -> {
              assertThat(job.getSpec()).isNull();
              assertThat(job.getMetadata().getName()).isEqualTo("tiny");
              assertThat(job.getMetadata().getResourceVersion()).isNull();
              assertThat(job.getMetadata().getManagedFields()).isEmpty();
              assertThat(job.getStatus().phase()).isEqualTo(Phase.Validating);
            });
  }

  private List<Obstacle> create() {
    return parts
        .creator()
        .create(desired(), observation, object -> client.resource(object).create());
  }

  private List<HasMetadata> desired() {
    return parts
        .desired()
        .of(observation.request().owner(), observation.request().spec(), decision);
  }

  private FineTuneJobStatus compose(List<Obstacle> obstacles) {
    return parts.composer().compose(observation, decision, obstacles, parts.clock().instant());
  }

  private void answerTo(String collection, int code, String message) {
    server
        .expect()
        .post()
        .withPath(NAMESPACE + collection)
        .andReturn(code, status(message))
        .always();
  }

  private static Object status(String message) {
    return new StatusBuilder().withStatus("Failure").withMessage(message).build();
  }

  private long requests(String path) {
    long count = 0;
    try {
      for (var request = server.takeRequest(0, TimeUnit.SECONDS);
          request != null;
          request = server.takeRequest(0, TimeUnit.SECONDS)) {
        if (path.equals(request.getPath())) {
          count++;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return count;
  }

  /** The client does not repeat what the server cannot answer: the next pass does. */
  public static final class Impatient implements Consumer<KubernetesClientBuilder> {
    @Override
    public void accept(KubernetesClientBuilder builder) {
      builder.editOrNewConfig().withRequestRetryBackoffLimit(0).endConfig();
    }
  }
}
