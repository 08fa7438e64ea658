package io.llmforge.localcluster.api.resource;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.store.ObjectStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** All kinds that are served now: the built-in ones and those of stored definitions. */
public final class ResourceCatalog {
  private final ObjectStore store;
  private final Map<TypeName, ResourceType> builtin = new LinkedHashMap<>();
  private final DefinedTypes definedTypes;

  /** Definitions are read once for each of their versions in the store. */
  private final Map<String, CachedTypes> defined = new ConcurrentHashMap<>();

  public ResourceCatalog(ObjectStore store) {
    this.store = store;
    List<ResourceType> types = new BuiltinTypes().all();
    types.forEach(type -> builtin.put(nameOf(type), type));
    this.definedTypes = new DefinedTypes(types.getFirst().schema());
  }

  private record TypeName(String group, String version, String plural) {}

  private record CachedTypes(String resourceVersion, List<ResourceType> types) {}

  private static TypeName nameOf(ResourceType type) {
    return new TypeName(type.id().group(), type.version(), type.id().plural());
  }

  public Optional<ResourceType> find(String group, String version, String plural) {
    ResourceType type = builtin.get(new TypeName(group, version, plural));
    if (type != null) {
      return Optional.of(type);
    }
    return definedTypes()
        .filter(candidate -> nameOf(candidate).equals(new TypeName(group, version, plural)))
        .findFirst();
  }

  public List<ResourceType> all() {
    List<ResourceType> all = new ArrayList<>(builtin.values());
    definedTypes().forEach(all::add);
    return all;
  }

  private Stream<ResourceType> definedTypes() {
    return store.list(BuiltinTypes.DEFINITIONS, Optional.empty()).items().stream()
        .flatMap(definition -> typesOf(definition).stream());
  }

  private List<ResourceType> typesOf(ObjectNode definition) {
    String uid = definition.path("metadata").path("uid").asText();
    String version = definition.path("metadata").path("resourceVersion").asText();
    CachedTypes cached = defined.get(uid);
    if (cached == null || !cached.resourceVersion().equals(version)) {
      cached = new CachedTypes(version, definedTypes.of(definition));
      defined.put(uid, cached);
    }
    return cached.types();
  }
}
