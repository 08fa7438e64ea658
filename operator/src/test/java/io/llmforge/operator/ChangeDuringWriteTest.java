package io.llmforge.operator;

import static org.assertj.core.api.Assertions.assertThat;

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

/** A spec that changes while the operator is about to store the status of the one before. */
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
