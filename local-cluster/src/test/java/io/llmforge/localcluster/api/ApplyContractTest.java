package io.llmforge.localcluster.api;

import static io.llmforge.localcluster.api.ContractCluster.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Server-side apply and the ownership of fields. */
@Tag("cluster")
class ApplyContractTest {
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

  private static ConfigMap apply(String manager, String name, Map<String, String> data) {
    return CLUSTER.client().resource(configMap(name, data)).fieldManager(manager).serverSideApply();
  }

  private static List<String> appliers(ConfigMap object) {
    return object.getMetadata().getManagedFields().stream()
        .filter(entry -> entry.getOperation().equals("Apply"))
        .map(ManagedFieldsEntry::getManager)
        .toList();
  }

  @Test
  void applyCreatesWhatIsMissing() {
    ConfigMap created = apply("one", "fresh", Map.of("a", "1"));

    assertThat(created.getData()).isEqualTo(Map.of("a", "1"));
    assertThat(appliers(created)).containsExactly("one");
  }

  @Test
  void sameApplyAgainKeepsTheVersion() {
    ConfigMap first = apply("one", "again", Map.of("a", "1"));

    ConfigMap second = apply("one", "again", Map.of("a", "1"));

    assertThat(second.getMetadata().getResourceVersion())
        .isEqualTo(first.getMetadata().getResourceVersion());
  }

  @Test
  void otherValueOfAnOwnedFieldIsAConflictThatNamesTheOwner() {
    apply("one", "contested", Map.of("a", "1"));

    var refusal = refusal(() -> apply("two", "contested", Map.of("a", "2")));

    assertThat(refusal.getCode()).isEqualTo(409);
    assertThat(refusal.getStatus().getMessage())
        .isEqualTo("Apply failed with 1 conflict: conflict with \"one\": .data.a");
    assertThat(refusal.getStatus().getDetails().getCauses())
        .singleElement()
        .satisfies(
            cause -> {
              assertThat(cause.getReason()).isEqualTo("FieldManagerConflict");
              assertThat(cause.getField()).isEqualTo(".data.a");
            });
  }

  @Test
  void forceTakesTheFieldOver() {
    apply("one", "forced", Map.of("a", "1", "b", "1"));

    ConfigMap forced =
        CLUSTER
            .client()
            .resource(configMap("forced", Map.of("a", "2")))
            .fieldManager("two")
            .forceConflicts()
            .serverSideApply();

    assertThat(forced.getData()).isEqualTo(Map.of("a", "2", "b", "1"));
    ConfigMap released = apply("one", "forced", Map.of("b", "1"));
    assertThat(released.getData()).containsEntry("a", "2");
  }

  @Test
  void fieldThatItsOnlyOwnerDropsIsRemoved() {
    apply("one", "dropped", Map.of("a", "1", "b", "1"));

    ConfigMap after = apply("one", "dropped", Map.of("a", "1"));

    assertThat(after.getData()).isEqualTo(Map.of("a", "1"));
  }

  @Test
  void sharedFieldStaysUntilItsLastOwnerDropsIt() {
    apply("one", "shared", Map.of("a", "1", "b", "1"));
    apply("two", "shared", Map.of("b", "1", "c", "1"));

    ConfigMap stillThere = apply("one", "shared", Map.of("a", "1"));
    ConfigMap gone = apply("two", "shared", Map.of("c", "1"));

    assertThat(stillThere.getData()).containsKey("b");
    assertThat(gone.getData()).isEqualTo(Map.of("a", "1", "c", "1"));
  }

  @Test
  void ordinaryWriteTakesOverWhatItChanges() {
    apply("one", "patched", Map.of("a", "1"));
    CLUSTER
        .client()
        .resource(configMap("patched", Map.of()))
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.JSON_MERGE)
                .withFieldManager("editor")
                .build(),
            "{\"data\":{\"a\":\"2\"}}");

    var refusal = refusal(() -> apply("one", "patched", Map.of("a", "1")));

    assertThat(refusal.getCode()).isEqualTo(409);
  }

  @Test
  void appliedObjectMustNotCarryManagedFields() {
    ConfigMap copy = apply("one", "managed", Map.of("a", "1"));

    var refusal =
        refusal(() -> CLUSTER.client().resource(copy).fieldManager("one").serverSideApply());

    assertThat(refusal.getCode()).isEqualTo(400);
    assertThat(refusal.getStatus().getMessage()).contains("metadata.managedFields must be nil");
  }

  @Test
  void versionThatIsNotTheStoredOneIsAConflict() {
    apply("one", "create-only", Map.of("a", "1"));
    ConfigMap marked = configMap("create-only", Map.of("a", "1"));
    marked.getMetadata().setResourceVersion("1");

    var refusal =
        refusal(() -> CLUSTER.client().resource(marked).fieldManager("one").serverSideApply());

    assertThat(refusal.getCode()).isEqualTo(409);
  }
}
