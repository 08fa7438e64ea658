package io.llmforge.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.localcluster.LocalCluster;
import io.llmforge.operator.FineTuneJobs.Suspension;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What changes while the operator is about to store a status. */
@Tag("cluster")
class ChangeDuringWriteTest {

  @TempDir private Path folder;

  @Test
  void changeJustBeforeTheOnlyStatusWriteIsSeen() throws IOException {
    FakeTrainer trainer = FakeTrainer.in(folder.resolve("trainer"));
    trainer.on("raced", 1, 1, FakeTrainer.completes());
    try (LocalCluster cluster = ClusterSetup.start(folder.resolve("cluster"), trainer.image())) {
      ClusterSetup.install(cluster);
      FineTuneJobs jobs = new FineTuneJobs(cluster.client());
      AtomicBoolean changed = new AtomicBoolean();
      Runnable user =
          () -> {
            if (changed.compareAndSet(false, true)) {
              jobs.suspend("raced", Suspension.OFF);
            }
          };
      try (KubernetesClient operators = beforeStatusOf("raced", user, cluster.client());
          OperatorFixture operator = OperatorFixture.start(operators)) {
        assertThat(operator).isNotNull();

        jobs.applySuspended("raced", JobFixture.config());
        FineTuneJobStatus done = jobs.awaitPhase("raced", Phase.Succeeded);

        assertThat(changed).isTrue();
        assertThat(done.observedGeneration()).isEqualTo(2);
      }
    }
  }

  @Test
  void lastWordsOfPodThatIsGoneBeforeTheNextLookAreHeard() throws IOException {
    FakeTrainer trainer = FakeTrainer.in(folder.resolve("trainer"));
    trainer.on("gone", 1, 1, trainer.untilTerminated("gone", FakeTrainer.stops()));
    try (LocalCluster cluster = ClusterSetup.start(folder.resolve("cluster"), trainer.image())) {
      ClusterSetup.install(cluster);
      FineTuneJobs jobs = new FineTuneJobs(cluster.client());
      Runnable untilPodsAreGone =
          () -> {
            Job job = jobs.job("gone-1-train-1");
            if (job != null && Boolean.TRUE.equals(job.getSpec().getSuspend())) {
              awaitNoPodOf("gone-1-train-1", cluster.client());
            }
          };
      try (KubernetesClient operators = beforeStatusOf("gone", untilPodsAreGone, cluster.client());
          OperatorFixture operator = OperatorFixture.start(operators)) {
        assertThat(operator).isNotNull();
        jobs.apply("gone", JobFixture.config());
        trainer.awaitStarted("gone");

        jobs.suspend("gone", Suspension.ON);
        FineTuneJobStatus status = jobs.awaitPhase("gone", Phase.Suspended);

        assertThat(trainer.wasTerminated("gone")).isTrue();
        assertThat(status.progress()).isNotNull();
        assertThat(status.progress().step()).isEqualTo(10);
      }
    }
  }

  private static void awaitNoPodOf(String job, KubernetesClient client) {
    await("pods of " + job)
        .atMost(FineTuneJobs.PATIENCE)
        .until(
            () ->
                client
                    .pods()
                    .inNamespace(client.getNamespace())
                    .withLabel("batch.kubernetes.io/job-name", job)
                    .list()
                    .getItems()
                    .isEmpty());
  }

  /** A client that lets somebody act before each of its writes of a job's status. */
  private static KubernetesClient beforeStatusOf(
      String job, Runnable action, KubernetesClient client) {
    return new KubernetesClientBuilder()
        .withConfig(client.getConfiguration())
        .withHttpClientBuilderConsumer(
            builder ->
                builder.addOrReplaceInterceptor(
                    "meddler",
                    new Interceptor() {
                      @Override
                      public void before(BasicBuilder request, HttpRequest sent, RequestTags tags) {
                        if (sent.uri().getPath().endsWith("/finetunejobs/" + job + "/status")) {
                          action.run();
                        }
                      }
                    }))
        .build();
  }
}
