package io.llmforge.localcluster.garbage;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** What should become of an object, given its owners and its dependents. */
final class GarbageRules {
  static final String FOREGROUND = "foregroundDeletion";
  static final String ORPHAN = "orphan";

  private GarbageRules() {}

  enum OwnerState {
    PRESENT,
    /** Gone, or another object of the same name. */
    ABSENT,
    /** Being deleted in the foreground: it waits for this object to go first. */
    WAITING_FOR_DEPENDENTS
  }

  sealed interface Action {
    record Keep() implements Action {}

    record Delete(boolean dependentsFirst) implements Action {}

    /** Owners that are gone or going are forgotten, as another one stays. */
    record Disown(Set<String> ownerUids) implements Action {}

    /** Dependents lose their reference, then the object may go. */
    record ReleaseDependents(List<HasMetadata> dependents) implements Action {}

    /** Every dependent that blocked the object is gone. */
    record FinishForeground() implements Action {}

    record AwaitDependents(List<HasMetadata> dependents) implements Action {}
  }

  static Action decide(
      HasMetadata object,
      Function<OwnerReference, OwnerState> ownerState,
      List<? extends HasMetadata> dependents) {
    var meta = object.getMetadata();
    if (meta.getDeletionTimestamp() != null) {
      return duringDeletion(object, dependents);
    }
    if (meta.getOwnerReferences().isEmpty()) {
      return new Action.Keep();
    }
    var lost = new LinkedHashSet<String>();
    var isWaitedFor = false;
    var hasOwner = false;
    for (var reference : meta.getOwnerReferences()) {
      switch (ownerState.apply(reference)) {
        case PRESENT -> hasOwner = true;
        case ABSENT -> lost.add(reference.getUid());
        case WAITING_FOR_DEPENDENTS -> {
          lost.add(reference.getUid());
          isWaitedFor = true;
        }
      }
    }
    if (hasOwner) {
      return lost.isEmpty() ? new Action.Keep() : new Action.Disown(lost);
    }
    return new Action.Delete(isWaitedFor && !dependents.isEmpty());
  }

  private static Action duringDeletion(HasMetadata object, List<? extends HasMetadata> dependents) {
    var finalizers = object.getMetadata().getFinalizers();
    if (finalizers.contains(ORPHAN)) {
      return new Action.ReleaseDependents(List.copyOf(dependents));
    }
    if (!finalizers.contains(FOREGROUND)) {
      return new Action.Keep();
    }
    var blocking = new ArrayList<HasMetadata>();
    for (var dependent : dependents) {
      if (blocks(dependent, object.getMetadata().getUid())) {
        blocking.add(dependent);
      }
    }
    return blocking.isEmpty()
        ? new Action.FinishForeground()
        : new Action.AwaitDependents(List.copyOf(dependents));
  }

  private static boolean blocks(HasMetadata dependent, String ownerUid) {
    return dependent.getMetadata().getOwnerReferences().stream()
        .filter(reference -> reference.getUid().equals(ownerUid))
        .anyMatch(reference -> Boolean.TRUE.equals(reference.getBlockOwnerDeletion()));
  }
}
