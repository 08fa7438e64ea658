package io.llmforge.localcluster.api;

import static io.llmforge.localcluster.api.ContractCluster.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ConfigMapList;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Creating, reading, changing and deleting objects of any kind. */
@Tag("cluster")
class ObjectsContractTest {
  @RegisterExtension static final ContractCluster CLUSTER = new ContractCluster();

  private static ConfigMap configMap(String name, Map<String, String> data) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace(CLUSTER.namespace())
        .endMetadata()
        .withData(data)
        .build();
  }

  private static ConfigMap created(String name, Map<String, String> data) {
    return CLUSTER.client().resource(configMap(name, data)).create();
  }

  @Test
  void createdObjectHasIdentityAndVersion() {
    ConfigMap created = created("identity", Map.of("a", "1"));

    assertThat(created.getMetadata().getUid()).hasSize(36);
    assertThat(created.getMetadata().getResourceVersion()).isNotBlank().isNotEqualTo("1");
    assertThat(created.getMetadata().getCreationTimestamp()).endsWith("Z");
    assertThat(created.getMetadata().getManagedFields()).hasSize(1);
  }

  @Test
  void secondObjectOfTheSameNameIsRefused() {
    created("twice", Map.of());

    var refusal = refusal(() -> created("twice", Map.of()));

    assertThat(refusal.getCode()).isEqualTo(409);
    assertThat(refusal.getStatus().getReason()).isEqualTo("AlreadyExists");
    assertThat(refusal.getStatus().getMessage()).isEqualTo("configmaps \"twice\" already exists");
  }

  @Test
  void generatedNameBeginsWithItsPrefix() {
    ConfigMap unnamed = configMap("x", Map.of());
    unnamed.getMetadata().setName(null);
    unnamed.getMetadata().setGenerateName("run-");

    ConfigMap created = CLUSTER.client().resource(unnamed).create();

    assertThat(created.getMetadata().getName()).matches("run-[a-z0-9]{5}");
  }

  @Test
  void nameThatIsNoDnsNameIsRefused() {
    var refusal = refusal(() -> created("Not_A_Name", Map.of()));

    assertThat(refusal.getCode()).isEqualTo(422);
    assertThat(refusal.getStatus().getDetails().getCauses())
        .singleElement()
        .satisfies(cause -> assertThat(cause.getField()).isEqualTo("metadata.name"));
  }

  @Test
  void objectInAMissingNamespaceIsRefused() {
    ConfigMap lost = configMap("lost", Map.of());
    lost.getMetadata().setNamespace("no-such-namespace");

    var refusal = refusal(() -> CLUSTER.client().resource(lost).create());

    assertThat(refusal.getCode()).isEqualTo(404);
    assertThat(refusal.getStatus().getMessage())
        .isEqualTo("namespaces \"no-such-namespace\" not found");
  }

  @Test
  void staleVersionIsAConflict() {
    ConfigMap first = created("stale", Map.of("a", "1"));
    CLUSTER.client().resource(configMap("stale", Map.of("a", "2"))).update();
    first.setData(Map.of("a", "3"));

    var refusal = refusal(() -> CLUSTER.client().resource(first).lockResourceVersion().update());

    assertThat(refusal.getCode()).isEqualTo(409);
    assertThat(refusal.getStatus().getReason()).isEqualTo("Conflict");
  }

  @Test
  void writeThatChangesNothingKeepsTheVersion() {
    ConfigMap before = created("same", Map.of("a", "1"));

    ConfigMap after =
        CLUSTER
            .client()
            .resource(before)
            .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"data\":{\"a\":\"1\"}}");

    assertThat(after.getMetadata().getResourceVersion())
        .isEqualTo(before.getMetadata().getResourceVersion());
  }

  @Test
  void mergePatchRemovesWhatIsNull() {
    ConfigMap before = created("merge", Map.of("a", "1", "b", "2"));

    ConfigMap after =
        CLUSTER
            .client()
            .resource(before)
            .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"data\":{\"a\":null,\"c\":\"3\"}}");

    assertThat(after.getData()).isEqualTo(Map.of("b", "2", "c", "3"));
  }

  @Test
  void jsonPatchWorksAsAWholeOrNotAtAll() {
    ConfigMap before = created("operations", Map.of("a", "1"));
    String patch =
        "[{\"op\":\"replace\",\"path\":\"/data/a\",\"value\":\"2\"},"
            + "{\"op\":\"test\",\"path\":\"/data/a\",\"value\":\"9\"}]";

    var refusal =
        refusal(
            () -> CLUSTER.client().resource(before).patch(PatchContext.of(PatchType.JSON), patch));

    assertThat(refusal.getCode()).isEqualTo(422);
    assertThat(CLUSTER.client().resource(before).get().getData()).isEqualTo(Map.of("a", "1"));
  }

  @Test
  void dryRunStoresNothing() {
    ConfigMap answer = CLUSTER.client().resource(configMap("dry", Map.of())).dryRun().create();

    assertThat(answer.getMetadata().getUid()).isNotBlank();
    assertThat(CLUSTER.client().resource(configMap("dry", Map.of())).get()).isNull();
  }

  @Test
  void finalizerKeepsADeletedObjectUntilItIsRemoved() {
    ConfigMap held = configMap("held", Map.of());
    held.getMetadata().setFinalizers(List.of("llmforge.io/test"));
    CLUSTER.client().resource(held).create();

    CLUSTER.client().resource(held).delete();

    ConfigMap deleting = CLUSTER.client().resource(held).get();
    assertThat(deleting.getMetadata().getDeletionTimestamp()).isNotBlank();
    CLUSTER
        .client()
        .resource(held)
        .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"metadata\":{\"finalizers\":null}}");
    assertThat(CLUSTER.client().resource(held).get()).isNull();
  }

  @Test
  void labelSelectorsChooseByValueSetAndExistence() {
    for (String tier : List.of("gold", "silver", "bronze")) {
      ConfigMap labelled = configMap("tier-" + tier, Map.of());
      labelled.getMetadata().setLabels(Map.of("tier", tier));
      CLUSTER.client().resource(labelled).create();
    }

    assertThat(names("tier=gold")).containsExactly("tier-gold");
    assertThat(names("tier in (gold,silver)")).containsExactly("tier-gold", "tier-silver");
    assertThat(names("tier,tier notin (gold)")).containsExactly("tier-bronze", "tier-silver");
    assertThat(names("tier,tier!=bronze")).containsExactly("tier-gold", "tier-silver");
  }

  private static List<String> names(String selector) {
    ConfigMapList list =
        CLUSTER
            .client()
            .configMaps()
            .inNamespace(CLUSTER.namespace())
            .list(new ListOptionsBuilder().withLabelSelector(selector).build());
    return list.getItems().stream().map(item -> item.getMetadata().getName()).toList();
  }

  @Test
  void pagesTogetherAreTheWholeList() {
    IntStream.range(0, 5).forEach(index -> paged("page-" + index));
    var maps = CLUSTER.client().configMaps().inNamespace(CLUSTER.namespace());
    var options = new ListOptionsBuilder().withLabelSelector("paged").withLimit(2L);

    ConfigMapList first = maps.list(options.build());
    ConfigMapList second =
        maps.list(options.withContinue(first.getMetadata().getContinue()).build());
    ConfigMapList third =
        maps.list(options.withContinue(second.getMetadata().getContinue()).build());

    assertThat(first.getItems()).hasSize(2);
    assertThat(second.getItems()).hasSize(2);
    assertThat(third.getItems()).hasSize(1);
    assertThat(third.getMetadata().getContinue()).isNullOrEmpty();
    assertThat(third.getItems().getFirst().getMetadata().getName()).isEqualTo("page-4");
  }

  private static void paged(String name) {
    ConfigMap map = configMap(name, Map.of());
    map.getMetadata().setLabels(Map.of("paged", "yes"));
    CLUSTER.client().resource(map).create();
  }

  @Test
  void unknownFieldSelectorIsRefused() {
    var refusal =
        refusal(
            () ->
                CLUSTER
                    .client()
                    .configMaps()
                    .inNamespace(CLUSTER.namespace())
                    .withField("spec.color", "red")
                    .list());

    assertThat(refusal.getCode()).isEqualTo(400);
    assertThat(refusal.getStatus().getMessage())
        .isEqualTo(
            "\"spec.color\" is not a known field selector: only \"metadata.name\","
                + " \"metadata.namespace\"");
  }
}
