package io.llmforge.localcluster.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.resource.BuiltinTypes;
import io.llmforge.localcluster.api.resource.ResourceCatalog;
import io.llmforge.localcluster.api.resource.ResourceType;
import io.llmforge.localcluster.api.store.ObjectKey;
import io.llmforge.localcluster.api.store.ObjectStore;
import io.llmforge.localcluster.api.write.ObjectWriter;
import io.llmforge.localcluster.api.write.Part;
import io.llmforge.localcluster.api.write.Write;
import io.llmforge.localcluster.api.write.WriteOptions;
import java.util.List;

/** What a cluster holds before anybody writes to it. */
final class FirstObjects {
  private static final WriteOptions OPTIONS =
      new WriteOptions("kube-apiserver", false, false, WriteOptions.FieldValidation.STRICT);

  private final ResourceCatalog catalog;
  private final ObjectStore store;
  private final ObjectWriter writer;

  FirstObjects(ResourceCatalog catalog, ObjectStore store, ObjectWriter writer) {
    this.catalog = catalog;
    this.store = store;
    this.writer = writer;
  }

  void create() {
    ResourceType namespaces = catalog.find("", "v1", "namespaces").orElseThrow();
    for (String name : List.of("default", "kube-public", "kube-system")) {
      ObjectKey key = new ObjectKey("", name);
      if (store.find(BuiltinTypes.NAMESPACES, key).isEmpty()) {
        ObjectNode namespace = Json.object().put("apiVersion", "v1").put("kind", "Namespace");
        namespace.putObject("metadata").put("name", name);
        writer.create(new Write(namespaces, key, Part.MAIN, OPTIONS), namespace);
      }
    }
  }
}
