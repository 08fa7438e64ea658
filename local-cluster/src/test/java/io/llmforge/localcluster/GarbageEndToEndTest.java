package io.llmforge.localcluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes with its owner, and what stays. */
@Tag("cluster")
final class GarbageEndToEndTest {
  @TempDir static Path folder;
  private static LocalCluster cluster;

  @BeforeAll
  static void startCluster() throws Exception {
    cluster = ClusterSource.chosen().open(LocalClusterOptions.in(folder).withoutNode());
  }

  @AfterAll
  static void stopCluster() {
    if (cluster != null) {
      cluster.close();
    }
  }

  private static ConfigMap create(String name) {
    return cluster.client().resource(map(name).build()).create();
  }

  private static ConfigMap createOwned(String name, ConfigMap owner, String ownerUid) {
    var owned =
        map(name)
            .editMetadata()
            .addNewOwnerReference()
            .withApiVersion("v1")
            .withKind("ConfigMap")
            .withName(owner.getMetadata().getName())
            .withUid(ownerUid)
            .withBlockOwnerDeletion(true)
            .endOwnerReference()
            .endMetadata()
            .build();
    return cluster.client().resource(owned).create();
  }

  private static ConfigMapBuilder map(String name) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace(cluster.client().getNamespace())
        .endMetadata();
  }

  private static Resource<ConfigMap> live(String name) {
    return cluster
        .client()
        .configMaps()
        .inNamespace(cluster.client().getNamespace())
        .withName(name);
  }

  private static void awaitGone(String name) {
    await(name + " is gone").atMost(Duration.ofMinutes(2)).until(() -> live(name).get() == null);
  }

  @Test
  void dependentsFollowTheirOwnerOverGenerations() {
    var owner = create("bg-owner");
    var child = createOwned("bg-child", owner, owner.getMetadata().getUid());
    createOwned("bg-grandchild", child, child.getMetadata().getUid());

    live("bg-owner").withPropagationPolicy(DeletionPropagation.BACKGROUND).delete();

    awaitGone("bg-child");
    awaitGone("bg-grandchild");
  }

  @Test
  void ownerDeletedInTheForegroundGoesLast() {
    var owner = create("fg-owner");
    var child = createOwned("fg-child", owner, owner.getMetadata().getUid());
    live("fg-child")
        .edit(
            map ->
                new ConfigMapBuilder(map)
                    .editMetadata()
                    .addToFinalizers("test/hold")
                    .endMetadata()
                    .build());

    live("fg-owner").withPropagationPolicy(DeletionPropagation.FOREGROUND).delete();

    await("the child is marked")
        .atMost(Duration.ofMinutes(2))
        .until(() -> live("fg-child").get().getMetadata().getDeletionTimestamp() != null);
    assertThat(live("fg-owner").get()).isNotNull();
    live(child.getMetadata().getName())
        .edit(
            map ->
                new ConfigMapBuilder(map)
                    .editMetadata()
                    .removeFromFinalizers("test/hold")
                    .endMetadata()
                    .build());
    awaitGone("fg-owner");
  }

  @Test
  void orphansStayAndForgetTheirOwner() {
    var owner = create("or-owner");
    createOwned("or-child", owner, owner.getMetadata().getUid());

    live("or-owner").withPropagationPolicy(DeletionPropagation.ORPHAN).delete();

    awaitGone("or-owner");
    assertThat(live("or-child").get().getMetadata().getOwnerReferences()).isEmpty();
  }

  @Test
  void ownerOfTheSameNameButAnotherUidDoesNotCount() {
    var owner = create("uid-owner");

    createOwned("uid-child", owner, "some-earlier-uid");

    awaitGone("uid-child");
    assertThat(live("uid-owner").get()).isNotNull();
  }
}
