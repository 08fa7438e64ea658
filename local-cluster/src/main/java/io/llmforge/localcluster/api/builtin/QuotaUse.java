package io.llmforge.localcluster.api.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Quantity;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.resource.BuiltinTypes;
import io.llmforge.localcluster.api.resource.ResourceCatalog;
import io.llmforge.localcluster.api.resource.ResourceType;
import io.llmforge.localcluster.api.store.ObjectStore;
import io.llmforge.localcluster.api.store.ResourceId;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** What objects use up of quotas. */
public final class QuotaUse {
  private static final Set<String> ENDED = Set.of("Succeeded", "Failed");

  private final ObjectStore store;
  private final ResourceCatalog catalog;

  public QuotaUse(ObjectStore store, ResourceCatalog catalog) {
    this.store = store;
    this.catalog = catalog;
  }

  /** What the objects that a quota counts use of what it limits. */
  SortedMap<String, BigDecimal> used(ObjectNode quota) {
    String namespace = Json.textAt(quota.path("metadata"), "namespace");
    SortedMap<String, BigDecimal> sum = new TreeMap<>();
    quota
        .path("spec")
        .path("hard")
        .fieldNames()
        .forEachRemaining(name -> sum.put(name, BigDecimal.ZERO));
    Set<ResourceId> counted = new HashSet<>();
    for (ResourceType type : catalog.all()) {
      if (type.isNamespaced() && counted.add(type.id())) {
        for (ObjectNode object : store.list(type.id(), Optional.of(namespace)).items()) {
          if (QuotaScopes.accept(quota, type.id(), object)) {
            of(type.id(), object)
                .forEach((name, amount) -> sum.computeIfPresent(name, (n, old) -> old.add(amount)));
          }
        }
      }
    }
    return sum;
  }

  /** What one object uses, under every name a quota may limit it by. */
  static Map<String, BigDecimal> of(ResourceId resource, JsonNode object) {
    SortedMap<String, BigDecimal> use = new TreeMap<>();
    use.put("count/" + resource, BigDecimal.ONE);
    if (resource.group().isEmpty() && !resource.equals(BuiltinTypes.PODS)) {
      use.put(resource.plural(), BigDecimal.ONE);
    }
    if (resource.equals(BuiltinTypes.CLAIMS)) {
      use.put("requests.storage", amount(object.at("/spec/resources/requests/storage")));
    }
    boolean isEnded = ENDED.contains(Json.textAt(object.path("status"), "phase"));
    if (resource.equals(BuiltinTypes.PODS) && !isEnded) {
      use.put("pods", BigDecimal.ONE);
      for (JsonNode container : object.path("spec").path("containers")) {
        add(use, "requests.", container.path("resources").path("requests"));
        add(use, "", container.path("resources").path("requests"));
        add(use, "limits.", container.path("resources").path("limits"));
      }
    }
    return use;
  }

  private static void add(Map<String, BigDecimal> use, String prefix, JsonNode amounts) {
    for (Map.Entry<String, JsonNode> entry : amounts.properties()) {
      use.merge(prefix + entry.getKey(), amount(entry.getValue()), BigDecimal::add);
    }
  }

  static BigDecimal amount(JsonNode quantity) {
    return quantity.isMissingNode()
        ? BigDecimal.ZERO
        : new Quantity(quantity.asText()).getNumericalAmount();
  }

  static String text(BigDecimal amount) {
    return amount.stripTrailingZeros().toPlainString();
  }
}
