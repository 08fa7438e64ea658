package io.llmforge.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Credential;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Output;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Purpose;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.SecretReference;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Outcome;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.crds.plan.FailureCode;
import io.llmforge.operator.FineTuneJobs.Suspension;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Runs whose result leaves the cluster, on a small real cluster. */
@Tag("cluster")
class PublishRunTest {

  @RegisterExtension static final ClusterWithOperator cluster = new ClusterWithOperator();

  private final KubernetesClient client = cluster.client();
  private final FineTuneJobs jobs = cluster.jobs();
  private final FakeTrainer trainer = cluster.trainer();

  @BeforeEach
  void createSecret() {
    client
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withName("results")
                .endMetadata()
                .withStringData(Map.of("AWS_ACCESS_KEY_ID", "key"))
                .build())
        .inNamespace(client.getNamespace())
        .serverSideApply();
  }

  @Test
  void resultIsPublishedByAPodWithoutAcceleratorsThatAloneMayWriteIt() {
    trainer.on("leaves", 1, 1, FakeTrainer.trains());
    trainer.onPublish("leaves", 1, 1, trainer.waits("leaves-now", FakeTrainer.publishes()));

    create("leaves");
    FineTuneJobStatus publishing =
        jobs.awaitStatus(
            "leaves",
            status ->
                status.phase() == Phase.Publishing
                    && FineTuneJobs.condition(status, "Running").status().equals("True"));
    trainer.release("leaves-now");
    FineTuneJobStatus status = jobs.awaitPhase("leaves", Phase.Succeeded);

    assertThat(publishing.resources().gpus()).isZero();
    assertThat(publishing.progress().stepText()).isEqualTo("10/10");
    assertThat(condition(publishing)).isEqualTo("False Publishing");
    assertThat(condition(status)).isEqualTo("True Published");
    assertThat(status.progress().tokensPerSecond()).isEqualTo("100");
    assertThat(status.metrics()).hasSize(1);
    assertThat(status.outputs().getFirst().uri()).isEqualTo(FakeTrainer.PLACE);
    assertThat(status.run().stage()).isEqualTo(FineTuneJobStatus.Stage.Publish);
    assertThat(secrets("leaves-1-train-1")).isEmpty();
    assertThat(secrets("leaves-1-publish-1")).containsExactly("results");
    assertThat(jobs.allJobs("leaves"))
        .containsExactlyInAnyOrder(
            "leaves-1-preflight-1", "leaves-1-train-1", "leaves-1-publish-1");
    assertThat(jobs.events("leaves"))
        .anyMatch(event -> event.startsWith("Running is True: The finished result"))
        .noneMatch(event -> event.startsWith("OutputPublished"));
  }

  @Test
  void runWhoseTokenHadExpiredIsPublishedAnewAndNotTrainedAgain() {
    trainer.on("expired", 1, 1, FakeTrainer.trains());
    trainer.onPublish(
        "expired", 1, 1, FakeTrainer.fails(FailureCode.ACCESS_DENIED, "the token has expired"));
    trainer.onPublish("expired", 1, 2, FakeTrainer.publishes());

    create("expired");
    FineTuneJobStatus failed = jobs.awaitPhase("expired", Phase.Failed);
    patch("expired", "{\"spec\":{\"runPolicy\":{\"maxRetries\":3}}}");
    FineTuneJobStatus status = jobs.awaitPhase("expired", Phase.Succeeded);

    assertThat(failed.failure().stage()).isEqualTo("publish");
    assertThat(condition(failed)).isEqualTo("False AccessDenied");
    assertThat(status.run().number()).isEqualTo(1);
    assertThat(status.run().attempt()).isEqualTo(2);
    assertThat(status.run().outcome()).isEqualTo(Outcome.Succeeded);
    assertThat(status.failure()).isNull();
    assertThat(FineTuneJobs.condition(status, "Failed").status()).isEqualTo("False");
    assertThat(jobs.allJobs("expired"))
        .containsExactlyInAnyOrder(
            "expired-1-preflight-1",
            "expired-1-train-1",
            "expired-1-publish-1",
            "expired-1-publish-2");
  }

  @Test
  void suspendedWhilePublishingGoesOnWithAnotherAttempt() {
    trainer.on("paused", 1, 1, FakeTrainer.trains());
    trainer.onPublish("paused", 1, 1, trainer.untilTerminated("paused", FakeTrainer.stops()));
    trainer.onPublish("paused", 1, 2, FakeTrainer.publishes());

    create("paused");
    trainer.awaitStarted("paused");
    jobs.suspend("paused", Suspension.ON);
    FineTuneJobStatus suspended = jobs.awaitPhase("paused", Phase.Suspended);
    List<String> atWork = jobs.podsAtWork("paused");
    jobs.suspend("paused", Suspension.OFF);
    FineTuneJobStatus status = jobs.awaitPhase("paused", Phase.Succeeded);

    assertThat(condition(suspended)).isEqualTo("False SuspendedByUser");
    assertThat(atWork).isEmpty();
    assertThat(status.run().failedAttempts()).isZero();
    assertThat(jobs.jobs("paused"))
        .containsExactlyInAnyOrder("paused-1-train-1", "paused-1-publish-1", "paused-1-publish-2");
  }

  @Test
  void changeWhileTrainingBeginsAfterTheResultIsPublished() {
    trainer.on("changed", 1, 1, trainer.waits("changed-now", FakeTrainer.trains()));
    trainer.onPublish("changed", 1, 1, FakeTrainer.publishes());
    trainer.on("changed", 2, 1, FakeTrainer.trains());
    trainer.onPublish("changed", 2, 1, FakeTrainer.publishes());

    create("changed");
    jobs.awaitJob("changed", "changed-1-train-1");
    patch("changed", "{\"spec\":{\"config\":{\"learning_rate\":0.00005}}}");
    jobs.awaitStatus("changed", status -> status.message().contains("the change starts after it"));
    trainer.release("changed-now");
    FineTuneJobStatus status =
        jobs.awaitStatus("changed", it -> it.run().number() == 2 && it.phase() == Phase.Succeeded);

    assertThat(status.run().attempt()).isEqualTo(1);
    assertThat(jobs.jobs("changed"))
        .containsExactlyInAnyOrder(
            "changed-1-train-1", "changed-1-publish-1", "changed-2-train-1", "changed-2-publish-1");
  }

  private void create(String name) {
    ObjectNode config = JobFixture.config();
    FineTuneJob job = JobFixture.manifest(name, config);
    job.setSpec(
        SpecDraft.of(config)
            .outputs(List.of(new Output("model", FakeTrainer.PLACE, null)))
            .credentials(List.of(new Credential(new SecretReference("results"), Purpose.Outputs)))
            .runPolicy(JobFixture.twoRetries())
            .build());
    client.resource(job).inNamespace(client.getNamespace()).create();
  }

  private void patch(String name, String change) {
    client
        .resources(FineTuneJob.class)
        .inNamespace(client.getNamespace())
        .withName(name)
        .patch(PatchContext.of(PatchType.JSON_MERGE), change);
  }

  private static String condition(FineTuneJobStatus status) {
    var condition = FineTuneJobs.condition(status, "OutputPublished");
    return condition.status() + " " + condition.reason();
  }

  /** Secrets that the containers of a Job's pods get. */
  private List<String> secrets(String job) {
    return jobs.job(job).getSpec().getTemplate().getSpec().getContainers().stream()
        .map(Container::getEnvFrom)
        .flatMap(List::stream)
        .map(source -> source.getSecretRef().getName())
        .toList();
  }
}
