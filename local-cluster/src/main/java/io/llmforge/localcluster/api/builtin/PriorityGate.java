package io.llmforge.localcluster.api.builtin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.resource.BuiltinTypes;
import io.llmforge.localcluster.api.resource.ResourceType;
import io.llmforge.localcluster.api.status.StatusException;
import io.llmforge.localcluster.api.store.ObjectKey;
import io.llmforge.localcluster.api.store.ObjectStore;
import io.llmforge.localcluster.api.write.Admission;
import java.util.Set;

/** Refuses pods whose PriorityClass does not exist. */
public record PriorityGate(ObjectStore store) implements Admission.CreationGate {
  /** A real cluster makes these for itself. */
  private static final Set<String> ALWAYS_THERE =
      Set.of("system-cluster-critical", "system-node-critical");

  @Override
  public void pass(ResourceType type, ObjectNode object) {
    String name = object.path("spec").path("priorityClassName").asText("");
    boolean isKnown =
        name.isEmpty()
            || ALWAYS_THERE.contains(name)
            || store.find(BuiltinTypes.PRIORITY_CLASSES, new ObjectKey("", name)).isPresent();
    if (type.id().equals(BuiltinTypes.PODS) && !isKnown) {
      throw StatusException.forbidden(
          type.subject(object.path("metadata").path("name").asText()),
          "no PriorityClass with name " + name + " was found");
    }
  }
}
