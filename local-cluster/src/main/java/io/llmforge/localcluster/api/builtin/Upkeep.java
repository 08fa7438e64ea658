package io.llmforge.localcluster.api.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.resource.BuiltinTypes;
import io.llmforge.localcluster.api.resource.ResourceCatalog;
import io.llmforge.localcluster.api.resource.ResourceType;
import io.llmforge.localcluster.api.store.Change;
import io.llmforge.localcluster.api.store.ObjectKey;
import io.llmforge.localcluster.api.store.ObjectStore;
import io.llmforge.localcluster.api.store.ResourceId;
import io.llmforge.localcluster.api.write.DeleteOptions;
import io.llmforge.localcluster.api.write.ObjectDeleter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Follows the changes and does what needs no controller of its own: empties namespaces and
 * definitions that are being deleted, and keeps the status of quotas.
 */
public final class Upkeep implements Runnable {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final DeleteOptions IN_BACKGROUND =
      new DeleteOptions(
          Optional.empty(),
          Optional.of(DeleteOptions.Propagation.Background),
          Optional.empty(),
          Optional.empty(),
          false);

  private final ObjectStore store;
  private final ResourceCatalog catalog;
  private final ObjectDeleter deleter;
  private final QuotaUse quotaUse;

  public Upkeep(
      ObjectStore store, ResourceCatalog catalog, ObjectDeleter deleter, QuotaUse quotaUse) {
    this.store = store;
    this.catalog = catalog;
    this.deleter = deleter;
    this.quotaUse = quotaUse;
  }

  @Override
  public void run() {
    long position = store.version();
    round();
    try {
      while (!store.isClosed()) {
        Optional<List<Change>> changes = store.changesAfter(position, PATIENCE);
        // After a gap in the history one round over everything makes up for it.
        boolean isQuiet = changes.isPresent() && changes.get().isEmpty();
        position =
            changes
                .filter(list -> !list.isEmpty())
                .map(list -> list.getLast().resourceVersion())
                .orElseGet(store::version);
        if (!isQuiet) {
          round();
        }
      }
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
    }
  }

  private void round() {
    store.atomically(
        () -> {
          deleting(BuiltinTypes.NAMESPACES).forEach(this::emptyNamespace);
          deleting(BuiltinTypes.DEFINITIONS).forEach(this::emptyDefinition);
          store.list(BuiltinTypes.QUOTAS, Optional.empty()).items().forEach(this::measure);
          return true;
        });
  }

  private List<ObjectNode> deleting(ResourceId resource) {
    return store.list(resource, Optional.empty()).items().stream()
        .filter(object -> object.path("metadata").has("deletionTimestamp"))
        .toList();
  }

  private void emptyNamespace(ObjectNode namespace) {
    String name = Json.textAt(namespace.path("metadata"), "name");
    boolean isEmpty = true;
    for (ResourceType type : catalog.all()) {
      if (type.isNamespaced()) {
        isEmpty &= deleteAll(type, Optional.of(name));
      }
    }
    if (isEmpty && namespace.path("metadata").path("finalizers").isEmpty()) {
      ObjectNode last = namespace.deepCopy();
      last.withObject("/spec").remove("finalizers");
      store.remove(BuiltinTypes.NAMESPACES, new ObjectKey("", name), last);
    }
  }

  private void emptyDefinition(ObjectNode definition) {
    JsonNode spec = definition.path("spec");
    String group = Json.textAt(spec, "group");
    String plural = Json.textAt(spec.path("names"), "plural");
    boolean isEmpty = true;
    for (ResourceType type : catalog.all()) {
      if (type.id().group().equals(group) && type.id().plural().equals(plural)) {
        isEmpty &= deleteAll(type, Optional.empty());
      }
    }
    if (isEmpty) {
      ObjectNode last = definition.deepCopy();
      last.withObject("/metadata").remove("finalizers");
      String name = Json.textAt(definition.path("metadata"), "name");
      store.remove(BuiltinTypes.DEFINITIONS, new ObjectKey("", name), last);
    }
  }

  /** Deletes what is not being deleted yet and says whether nothing is left. */
  private boolean deleteAll(ResourceType type, Optional<String> namespace) {
    for (ObjectNode object : store.list(type.id(), namespace).items()) {
      JsonNode metadata = object.path("metadata");
      if (!metadata.has("deletionTimestamp")) {
        String place = Json.textAt(metadata, "namespace");
        deleter.delete(type, new ObjectKey(place, Json.textAt(metadata, "name")), IN_BACKGROUND);
      }
    }
    return store.list(type.id(), namespace).items().isEmpty();
  }

  private void measure(ObjectNode quota) {
    JsonNode metadata = quota.path("metadata");
    String namespace = Json.textAt(metadata, "namespace");
    JsonNode hard = quota.path("spec").path("hard");
    ObjectNode status = Json.object();
    status.set("hard", hard);
    ObjectNode used = status.putObject("used");
    quotaUse.used(quota).forEach((name, amount) -> used.put(name, QuotaUse.text(amount)));
    if (!Json.same(status, quota.path("status"))) {
      ObjectNode next = quota.deepCopy();
      next.set("status", status);
      ObjectKey key = new ObjectKey(namespace, Json.textAt(metadata, "name"));
      store.put(BuiltinTypes.QUOTAS, key, next);
    }
  }
}
