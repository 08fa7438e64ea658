package io.llmforge.localcluster.api.write;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.resource.BuiltinTypes;
import io.llmforge.localcluster.api.resource.ResourceType;
import io.llmforge.localcluster.api.status.Cause;
import io.llmforge.localcluster.api.status.Reason;
import io.llmforge.localcluster.api.status.StatusException;
import io.llmforge.localcluster.api.store.ObjectKey;
import io.llmforge.localcluster.api.store.ObjectStore;
import io.llmforge.localcluster.api.store.ResourceId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whether the rest of the cluster lets an object in: its namespace, its kind's rules, quotas. */
public final class Admission {
  private final ObjectStore store;
  private final Map<ResourceId, KindRules> rules;
  private final List<CreationGate> gates;

  public Admission(ObjectStore store, Map<ResourceId, KindRules> rules, List<CreationGate> gates) {
    this.store = store;
    this.rules = Map.copyOf(rules);
    this.gates = List.copyOf(gates);
  }

  /** May refuse a new object because of other objects. */
  @FunctionalInterface
  public interface CreationGate {
    void pass(ResourceType type, ObjectNode object);
  }

  void complete(ResourceType type, ObjectNode object, Optional<ObjectNode> stored) {
    if (rules.containsKey(type.id())) {
      rules.get(type.id()).complete(object, stored);
    }
  }

  List<Cause> check(ResourceType type, ObjectNode object, Optional<ObjectNode> stored) {
    return rules.containsKey(type.id()) ? rules.get(type.id()).check(object, stored) : List.of();
  }

  void requireNamespace(ResourceType type, ObjectNode object) {
    if (type.isNamespaced()) {
      requireLivingNamespace(type, object.path("metadata"));
    }
  }

  void passGates(ResourceType type, ObjectNode object) {
    gates.forEach(gate -> gate.pass(type, object));
  }

  private void requireLivingNamespace(ResourceType type, JsonNode metadata) {
    String name = metadata.path("namespace").asText();
    ObjectNode namespace =
        store
            .find(BuiltinTypes.NAMESPACES, new ObjectKey("", name))
            .orElseThrow(
                () ->
                    StatusException.notFound(new StatusException.Subject("", "namespaces", name)));
    if (namespace.path("metadata").has("deletionTimestamp")) {
      var subject = type.subject(metadata.path("name").asText());
      String detail =
          "unable to create new content in namespace " + name + " because it is being terminated";
      throw new StatusException(
          Reason.Forbidden,
          subject.quoted() + " is forbidden: " + detail,
          subject,
          List.of(
              new Cause(
                  Cause.Kind.NamespaceTerminating,
                  "metadata.namespace",
                  "namespace " + name + " is being terminated")));
    }
  }
}
