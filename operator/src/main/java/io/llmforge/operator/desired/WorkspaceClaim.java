package io.llmforge.operator.desired;

import static java.util.Objects.requireNonNullElse;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.AccessMode;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Workspace;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The volume a run works on; checkpoints live there, so attempts share it. */
final class WorkspaceClaim {

  private static final String DEFAULT_SIZE = "20Gi";

  private WorkspaceClaim() {}

  static PersistentVolumeClaim of(RunOrder order) {
    Optional<Workspace> workspace = workspace(order);
    @Nullable String size = workspace.map(Workspace::size).orElse(null);
    return new PersistentVolumeClaimBuilder()
        .withMetadata(OwnedMetadata.ofRun(order, order.names().workspace()))
        .withNewSpec()
        .withAccessModes(accessMode(order).name())
        .withStorageClassName(workspace.map(Workspace::storageClassName).orElse(null))
        .withNewResources()
        .addToRequests("storage", new Quantity(requireNonNullElse(size, DEFAULT_SIZE)))
        .endResources()
        .endSpec()
        .build();
  }

  static AccessMode accessMode(RunOrder order) {
    return workspace(order).map(Workspace::accessMode).orElse(AccessMode.ReadWriteOnce);
  }

  private static Optional<Workspace> workspace(RunOrder order) {
    return Optional.ofNullable(order.spec().storage())
        .flatMap(storage -> Optional.ofNullable(storage.workspace()));
  }
}
