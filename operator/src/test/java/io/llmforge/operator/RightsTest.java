package io.llmforge.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.reconciler.Constants;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.crds.plan.FailureCode;
import io.llmforge.localcluster.ClusterSource;
import io.llmforge.localcluster.LocalCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The chart grants the calls that the operator makes, and no other. */
@Tag("cluster")
@DisabledIfSystemProperty(
    named = ClusterSource.PROPERTY,
    matches = ClusterSource.EXTERNAL,
    disabledReason = "looks after a whole cluster, with a Kueue of its own")
class RightsTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path folder;

  @Test
  void clusterRoleIsWhatAnOperatorOfAllNamespacesCalls() throws IOException {
    ApiCalls calls = callsIn(Set.of(Constants.WATCH_ALL_NAMESPACES));

    JsonNode role =
        RenderedChart.only(
            RenderedChart.named(
                RenderedChart.render(UnaryOperator.identity()), "test-llmforge-operator"),
            "ClusterRole");
    assertThat(needed(calls.made())).isEqualTo(ApiCalls.granted(role.get("rules")));
  }

  @Test
  void rolesAreWhatAnOperatorOfSomeNamespacesCalls() throws IOException {
    ApiCalls calls = callsIn(Set.of("default", "quiet"));

    List<JsonNode> roles =
        RenderedChart.named(
            RenderedChart.render(
                command ->
                    command
                        .set("watchNamespaces[0]", "default")
                        .set("watchNamespaces[1]", "quiet")),
            "test-llmforge-operator");
    assertThat(calls.namespaces()).containsExactly("default", "quiet");
    assertThat(needed(calls.madeIn("default"))).isEqualTo(granted(roles, "default"));
    assertThat(granted(roles, "quiet")).containsAll(calls.madeIn("quiet"));
  }

  // Where OwnerReferencesPermissionEnforcement admits, the owner's deletion may only be blocked by
  // those who may update its finalizers.
  private static NavigableSet<String> needed(NavigableSet<String> made) {
    made.add("update llmforge.io/finetunejobs/finalizers");
    return made;
  }

  private ApiCalls callsIn(Set<String> namespaces) throws IOException {
    FakeTrainer trainer = FakeTrainer.in(folder.resolve("trainer"));
    ApiCalls calls = new ApiCalls();
    try (LocalCluster cluster = ClusterSetup.start(folder.resolve("cluster"), trainer.image())) {
      ClusterSetup.install(cluster);
      new QuotaFixture(cluster.client()).limit(50);
      ScriptedKueue.install(cluster.client());
      try (ScriptedKueue kueue = ScriptedKueue.start(cluster.client());
          KubernetesClient recorded = calls.record(cluster.client());
          OperatorFixture operator = OperatorFixture.startIn(namespaces, recorded)) {
        assertThat(operator).isNotNull();
        walkEveryWay(cluster.client(), trainer);
        walkThroughKueue(cluster.client(), trainer, kueue);
      }
    }
    return calls;
  }

  private static NavigableSet<String> granted(List<JsonNode> objects, String namespace) {
    JsonNode role =
        RenderedChart.only(
            objects.stream()
                .filter(object -> object.at("/metadata/namespace").asText().equals(namespace))
                .toList(),
            "Role");
    return ApiCalls.granted(role.get("rules"));
  }

  // All under a quota with room enough: a run that succeeds, one with a reference that does and one
  // with one that fails, one whose Job is lost, and one for each kind of object in the way.
  private static void walkEveryWay(KubernetesClient client, FakeTrainer trainer) {
    trainer.on("success", 1, 1, FakeTrainer.completes());
    trainer.on("paused", 1, 1, trainer.untilTerminated("paused", FakeTrainer.stops()));
    trainer.on("lost", 1, 1, trainer.waits("never", ""));
    trainer.on("lost", 1, 2, FakeTrainer.completes());
    for (int shard = 0; shard < 3; shard++) {
      trainer.onShard("pairs", 1, 1, shard, FakeTrainer.scores());
      trainer.onShard(
          "badpairs", 1, 1, shard, FakeTrainer.fails(FailureCode.DATASET_INVALID, "no rows"));
    }
    trainer.on("pairs", 1, 1, FakeTrainer.completes());
    for (String name : new String[] {"pairs", "badpairs"}) {
      client.resource(JobFixture.manifest(name, JobFixture.preference())).create();
    }
    inTheWay(client);
    for (String name :
        new String[] {"success", "lost", "paused", "blocked-a", "blocked-c", "blocked-d"}) {
      client.resource(JobFixture.manifest(name, JobFixture.config())).create();
    }
    // Only pods that train together have a Service.
    client
        .resource(JobFixture.manifest("blocked-b", JobFixture.config().put("num_devices", 2)))
        .create();

    awaitPhase(client, "success", Phase.Succeeded);
    awaitPhase(client, "pairs", Phase.Succeeded);
    awaitPhase(client, "badpairs", Phase.Failed);
    awaitPhase(client, "lost", Phase.Starting);
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                status(client, "lost")
                    .filter(status -> "lost-1-train-1".equals(status.run().job()))
                    .isPresent());
    client
        .batch()
        .v1()
        .jobs()
        .inNamespace(client.getNamespace())
        .withName("lost-1-train-1")
        .delete();
    awaitPhase(client, "lost", Phase.Succeeded);
    trainer.awaitStarted("paused");
    new FineTuneJobs(client).suspend("paused", FineTuneJobs.Suspension.ON);
    awaitPhase(client, "paused", Phase.Suspended);
    awaitPhase(client, "blocked-a", Phase.Pending);
    awaitPhase(client, "blocked-b", Phase.Pending);
    awaitPhase(client, "blocked-c", Phase.Pending);
    awaitPhase(client, "blocked-d", Phase.Pending);
  }

  // A run that Kueue admits and evicts.
  private static void walkThroughKueue(
      KubernetesClient client, FakeTrainer trainer, ScriptedKueue kueue) {
    trainer.on("evicted", 1, 1, trainer.untilTerminated("evicted", FakeTrainer.stops()));
    KueueRunTest.submit(client, "evicted", JobFixture.config());
    FineTuneJobs jobs = new FineTuneJobs(client);
    jobs.awaitJob("evicted", "evicted-1-train-1");
    jobs.awaitStatus("evicted", s -> s.queue() != null && s.queue().shortfall() != null);
    kueue.admit("evicted-1-train-1");
    trainer.awaitStarted("evicted");
    jobs.awaitStatus("evicted", s -> s.queue().waitedSeconds() != null);
    kueue.evict("evicted-1-train-1");
    jobs.awaitStatus("evicted", s -> s.run().attempt() == 2);
  }

  private static void inTheWay(KubernetesClient client) {
    HasMetadata configMap =
        new ConfigMapBuilder().withNewMetadata().withName("blocked-a-1-plan").endMetadata().build();
    HasMetadata service =
        new ServiceBuilder()
            .withNewMetadata()
            .withName("blocked-b-1")
            .endMetadata()
            .withNewSpec()
            .addNewPort()
            .withPort(80)
            .endPort()
            .endSpec()
            .build();
    HasMetadata claim =
        new PersistentVolumeClaimBuilder()
            .withNewMetadata()
            .withName("blocked-c-1-workspace")
            .endMetadata()
            .withNewSpec()
            .withAccessModes("ReadWriteOnce")
            .withNewResources()
            .addToRequests("storage", new Quantity("1Gi"))
            .endResources()
            .endSpec()
            .build();
    HasMetadata policy =
        new NetworkPolicyBuilder()
            .withNewMetadata()
            .withName("blocked-d-1")
            .endMetadata()
            .withNewSpec()
            .withNewPodSelector()
            .endPodSelector()
            .withPolicyTypes("Ingress")
            .endSpec()
            .build();
    for (HasMetadata object : new HasMetadata[] {configMap, service, claim, policy}) {
      client.resource(object).inNamespace(client.getNamespace()).create();
    }
  }

  private static void awaitPhase(KubernetesClient client, String name, Phase phase) {
    await("%s is %s".formatted(name, phase))
        .atMost(PATIENCE)
        .until(() -> status(client, name).filter(s -> s.phase() == phase).isPresent());
  }

  private static Optional<FineTuneJobStatus> status(KubernetesClient client, String name) {
    return Optional.ofNullable(
        client
            .resources(FineTuneJob.class)
            .inNamespace(client.getNamespace())
            .withName(name)
            .get()
            .getStatus());
  }
}
