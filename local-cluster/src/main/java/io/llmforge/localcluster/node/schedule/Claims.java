package io.llmforge.localcluster.node.schedule;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.Optional;

/** What the scheduler has to know of claims. */
@FunctionalInterface
interface Claims {
  /** The phase of a claim; empty when there is no such claim. */
  Optional<String> phase(String namespace, String claim);

  /** Why the pod cannot be placed yet. */
  default Optional<String> obstacle(Pod pod) {
    for (var volume : pod.getSpec().getVolumes()) {
      if (volume.getPersistentVolumeClaim() == null) {
        continue;
      }
      var claim = volume.getPersistentVolumeClaim().getClaimName();
      var phase = phase(pod.getMetadata().getNamespace(), claim);
      if (phase.isEmpty()) {
        return Optional.of("persistentvolumeclaim \"" + claim + "\" not found");
      }
      if (!phase.get().equals("Bound")) {
        return Optional.of("pod has unbound immediate PersistentVolumeClaims");
      }
    }
    return Optional.empty();
  }
}
