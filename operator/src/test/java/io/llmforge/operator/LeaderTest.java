package io.llmforge.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfigurationBuilder;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.localcluster.LocalCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of several operators one works, and another takes over from it. */
@Tag("cluster")
class LeaderTest {

  private static final Path RULES = RenderedChart.FOLDER.resolve("rules/leader.yaml");
  private static final String LEASE = "llmforge-operator";

  @TempDir private Path folder;

  @Test
  void secondTakesOverFromTheFirst() throws IOException {
    FakeTrainer trainer = FakeTrainer.in(folder.resolve("trainer"));
    trainer.on("before", 1, 1, FakeTrainer.completes());
    trainer.on("after", 1, 1, FakeTrainer.completes());
    ApiCalls calls = new ApiCalls();
    try (LocalCluster cluster = ClusterSetup.start(folder.resolve("cluster"), trainer.image())) {
      ClusterSetup.install(cluster);
      FineTuneJobs jobs = new FineTuneJobs(cluster.client());
      try (KubernetesClient recorded = calls.record(cluster.client())) {
        OperatorFixture first = elected(recorded, "first");
        await(() -> "first".equals(holder(cluster)));
        try (OperatorFixture second = elected(cluster.client(), "second")) {
          jobs.apply("before", JobFixture.config());
          jobs.awaitPhase("before", Phase.Succeeded);
          await(() -> first.runsEnded() > 0);
          assertThat(second.runsEnded()).isZero();

          first.close();
          await(() -> "second".equals(holder(cluster)));
          jobs.apply("after", JobFixture.config());
          jobs.awaitPhase("after", Phase.Succeeded);
          await(() -> second.runsEnded() > 0);
        }
      }
    }

    NavigableSet<String> needed = new TreeSet<>(calls.made());
    needed.removeIf(call -> !call.endsWith("/leases"));
    // The framework asks whether it may update a lease, and then patches it.
    needed.add("update coordination.k8s.io/leases");
    assertThat(needed).isEqualTo(ApiCalls.granted(RULES));
  }

  @Test
  void secondTakesOverFromOneThatDies() throws IOException {
    FakeTrainer trainer = FakeTrainer.in(folder.resolve("trainer"));
    trainer.on("during", 1, 1, trainer.waits("go", FakeTrainer.completes()));
    try (LocalCluster cluster = ClusterSetup.start(folder.resolve("cluster"), trainer.image())) {
      ClusterSetup.install(cluster);
      FineTuneJobs jobs = new FineTuneJobs(cluster.client());
      KubernetesClient firstsOwn = new ApiCalls().record(cluster.client());
      OperatorFixture first = elected(firstsOwn, "first");
      await(() -> "first".equals(holder(cluster)));
      try (OperatorFixture second = elected(cluster.client(), "second")) {
        jobs.apply("during", JobFixture.config());
        jobs.awaitJob("during", "during-1-train-1");

        // No more of its calls reach the cluster, and it gives its lease back to nobody.
        firstsOwn.close();
        await(() -> "second".equals(holder(cluster)));
        trainer.release("go");
        jobs.awaitPhase("during", Phase.Succeeded);

        await(() -> second.runsEnded() > 0);
        assertThat(first.runsEnded()).isZero();
        assertThat(cluster.client().batch().v1().jobs().list().getItems())
            .extracting(job -> job.getMetadata().getName())
            .containsExactlyInAnyOrder("during-1-preflight-1", "during-1-train-1");
        assertThat(cluster.client().pods().list().getItems()).hasSize(2);
      } finally {
        first.close();
      }
    }
  }

  // A process that lost its lease ends; here that would be the process of the tests.
  private static OperatorFixture elected(KubernetesClient client, String identity) {
    return OperatorFixture.elected(
        client,
        LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration(LEASE)
            .withLeaseNamespace(client.getNamespace())
            .withIdentity(identity)
            .withLeaseDuration(Duration.ofSeconds(3))
            .withRenewDeadline(Duration.ofSeconds(2))
            .withRetryPeriod(Duration.ofMillis(200))
            .buildForTest(false));
  }

  private static String holder(LocalCluster cluster) {
    var lease = cluster.client().leases().withName(LEASE).get();
    return lease == null ? "" : lease.getSpec().getHolderIdentity();
  }

  private static void await(BooleanSupplier condition) {
    org.awaitility.Awaitility.await().atMost(FineTuneJobs.PATIENCE).until(condition::getAsBoolean);
  }
}
