package io.llmforge.localcluster.api.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.resource.BuiltinTypes;
import io.llmforge.localcluster.api.resource.ResourceType;
import io.llmforge.localcluster.api.status.StatusException;
import io.llmforge.localcluster.api.store.ObjectStore;
import io.llmforge.localcluster.api.write.Admission;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Refuses new objects that a ResourceQuota of their namespace has no room for. */
public final class QuotaGate implements Admission.CreationGate {
  private final ObjectStore store;
  private final QuotaUse use;

  public QuotaGate(ObjectStore store, QuotaUse use) {
    this.store = store;
    this.use = use;
  }

  @Override
  public void pass(ResourceType type, ObjectNode object) {
    if (!type.isNamespaced() || type.id().equals(BuiltinTypes.EVENTS)) {
      return;
    }
    String namespace = object.path("metadata").path("namespace").asText();
    for (ObjectNode quota : store.list(BuiltinTypes.QUOTAS, Optional.of(namespace)).items()) {
      pass(quota, type, object);
    }
  }

  private void pass(ObjectNode quota, ResourceType type, ObjectNode object) {
    if (!QuotaScopes.accept(quota, type.id(), object)) {
      return;
    }
    JsonNode hard = quota.path("spec").path("hard");
    SortedMap<String, BigDecimal> wanted = new TreeMap<>(QuotaUse.of(type.id(), object));
    wanted.keySet().retainAll(names(hard));
    requireRequests(quota, type, object, hard);
    List<String> exceeded = new ArrayList<>();
    SortedMap<String, BigDecimal> used = use.used(quota);
    for (Map.Entry<String, BigDecimal> entry : wanted.entrySet()) {
      BigDecimal limit = QuotaUse.amount(hard.path(entry.getKey()));
      BigDecimal sum = used.getOrDefault(entry.getKey(), BigDecimal.ZERO).add(entry.getValue());
      if (entry.getValue().signum() > 0 && sum.compareTo(limit) > 0) {
        exceeded.add(entry.getKey());
      }
    }
    if (!exceeded.isEmpty()) {
      throw StatusException.forbidden(
          type.subject(object.path("metadata").path("name").asText()),
          "exceeded quota: "
              + quota.path("metadata").path("name").asText()
              + ", requested: "
              + shown(exceeded, wanted)
              + ", used: "
              + shown(exceeded, used)
              + ", limited: "
              + limits(exceeded, hard));
    }
  }

  private static List<String> names(JsonNode hard) {
    return hard.propertyStream().map(Map.Entry::getKey).toList();
  }

  /** Where processor time or memory is limited, every container has to say what it needs. */
  private static void requireRequests(
      ObjectNode quota, ResourceType type, ObjectNode object, JsonNode hard) {
    if (!type.id().equals(BuiltinTypes.PODS)) {
      return;
    }
    for (String limited :
        List.of("requests.cpu", "requests.memory", "limits.cpu", "limits.memory")) {
      String pointer = "/resources/" + limited.replace('.', '/');
      for (JsonNode container : object.path("spec").path("containers")) {
        if (hard.has(limited) && container.at(pointer).isMissingNode()) {
          throw StatusException.forbidden(
              type.subject(object.path("metadata").path("name").asText()),
              "failed quota: "
                  + quota.path("metadata").path("name").asText()
                  + ": must specify "
                  + limited
                  + " for: "
                  + container.path("name").asText());
        }
      }
    }
  }

  private static String shown(List<String> names, Map<String, BigDecimal> amounts) {
    return String.join(
        ",",
        names.stream()
            .map(name -> name + "=" + QuotaUse.text(amounts.getOrDefault(name, BigDecimal.ZERO)))
            .toList());
  }

  private static String limits(List<String> names, JsonNode hard) {
    return String.join(
        ",", names.stream().map(name -> name + "=" + hard.path(name).asText()).toList());
  }
}
