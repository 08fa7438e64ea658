package io.llmforge.localcluster.garbage;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.llmforge.localcluster.garbage.GarbageRules.Action;
import io.llmforge.localcluster.garbage.GarbageRules.OwnerState;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

final class GarbageRulesTest {
  private static ConfigMapBuilder object(String name, String... owners) {
    var builder =
        new ConfigMapBuilder().withNewMetadata().withName(name).withUid(name).endMetadata();
    for (var owner : owners) {
      builder
          .editMetadata()
          .addNewOwnerReference()
          .withUid(owner)
          .withName(owner)
          .withBlockOwnerDeletion(true)
          .endOwnerReference()
          .endMetadata();
    }
    return builder;
  }

  private static ConfigMap deleted(String finalizer) {
    return object("owner")
        .editMetadata()
        .withDeletionTimestamp("2026-11-23T12:00:00Z")
        .withFinalizers(finalizer)
        .endMetadata()
        .build();
  }

  private static Function<OwnerReference, OwnerState> states(Map<String, OwnerState> byUid) {
    return reference -> byUid.getOrDefault(reference.getUid(), OwnerState.PRESENT);
  }

  private static final Function<OwnerReference, OwnerState> ALL_PRESENT = states(Map.of());

  @Test
  void objectWithoutOwnersIsKept() {
    assertThat(GarbageRules.decide(object("free").build(), ALL_PRESENT, List.of()))
        .isEqualTo(new Action.Keep());
  }

  @Test
  void objectWhoseOwnerIsGoneIsDeleted() {
    var action =
        GarbageRules.decide(
            object("child", "a").build(), states(Map.of("a", OwnerState.ABSENT)), List.of());

    assertThat(action).isEqualTo(new Action.Delete(false));
  }

  @Test
  void objectWithAnotherOwnerOnlyLosesTheReference() {
    var action =
        GarbageRules.decide(
            object("child", "a", "b").build(), states(Map.of("a", OwnerState.ABSENT)), List.of());

    assertThat(action).isEqualTo(new Action.Disown(Set.of("a")));
  }

  @Test
  void foregroundDeletionGoesDownTheTree() {
    var waiting = states(Map.of("a", OwnerState.WAITING_FOR_DEPENDENTS));
    var grandchild = object("grandchild", "child").build();

    assertThat(GarbageRules.decide(object("child", "a").build(), waiting, List.of()))
        .isEqualTo(new Action.Delete(false));
    assertThat(GarbageRules.decide(object("child", "a").build(), waiting, List.of(grandchild)))
        .isEqualTo(new Action.Delete(true));
  }

  @Test
  void ownerThatIsDeletedInTheForegroundWaitsForThoseThatBlockIt() {
    var child = object("child", "owner").build();

    assertThat(GarbageRules.decide(deleted(GarbageRules.FOREGROUND), ALL_PRESENT, List.of(child)))
        .isEqualTo(new Action.AwaitDependents(List.of(child)));
    assertThat(GarbageRules.decide(deleted(GarbageRules.FOREGROUND), ALL_PRESENT, List.of()))
        .isEqualTo(new Action.FinishForeground());
  }

  @Test
  void orphanedDependentsAreReleasedFirst() {
    var child = object("child", "owner").build();

    assertThat(GarbageRules.decide(deleted(GarbageRules.ORPHAN), ALL_PRESENT, List.of(child)))
        .isEqualTo(new Action.ReleaseDependents(List.of(child)));
  }
}
