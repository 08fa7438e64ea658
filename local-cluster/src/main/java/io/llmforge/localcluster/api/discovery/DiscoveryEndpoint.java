package io.llmforge.localcluster.api.discovery;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.http.ApiRequest;
import io.llmforge.localcluster.api.http.ApiResponse;
import io.llmforge.localcluster.api.http.Endpoint;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.resource.ResourceCatalog;
import io.llmforge.localcluster.api.resource.ResourceType;
import io.llmforge.localcluster.api.status.Reason;
import io.llmforge.localcluster.api.status.StatusException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;

/** {@code /api}, {@code /apis} and the lists of groups, versions and resources below them. */
public final class DiscoveryEndpoint implements Endpoint {
  private static final List<String> VERBS =
      List.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");

  private final ResourceCatalog catalog;
  private final Map<String, List<ExtraResource>> extras;

  /**
   * Discovery over the kinds of a catalog.
   *
   * @param extras resources beside the stored kinds by "group/version", such as reviews
   */
  public DiscoveryEndpoint(ResourceCatalog catalog, Map<String, List<ExtraResource>> extras) {
    this.catalog = catalog;
    this.extras = Map.copyOf(extras);
  }

  /** A resource that is not a stored kind: a review or a subresource. */
  public record ExtraResource(String name, String kind, boolean isNamespaced, List<String> verbs) {}

  @Override
  public ApiResponse answer(ApiRequest request) {
    List<String> path = request.path();
    boolean isCore = path.getFirst().equals("api");
    if (path.size() == 1) {
      return ApiResponse.ok(isCore ? coreVersions() : groups());
    }
    if (isCore) {
      return ApiResponse.ok(resources("", path.get(1)));
    }
    return ApiResponse.ok(
        path.size() == 2 ? group(path.get(1)) : resources(path.get(1), path.get(2)));
  }

  private static ObjectNode coreVersions() {
    ObjectNode versions = Json.object().put("kind", "APIVersions");
    versions.putArray("versions").add("v1");
    versions.putArray("serverAddressByClientCIDRs");
    return versions;
  }

  private ObjectNode groups() {
    ObjectNode list = Json.object().put("kind", "APIGroupList").put("apiVersion", "v1");
    ArrayNode groups = list.putArray("groups");
    SequencedSet<String> names = new LinkedHashSet<>();
    catalog.all().forEach(type -> names.add(type.id().group()));
    extras.keySet().forEach(groupVersion -> names.add(groupOf(groupVersion)));
    names.remove("");
    names.forEach(name -> groups.add(group(name)));
    return list;
  }

  private static String groupOf(String groupVersion) {
    int slash = groupVersion.indexOf('/');
    return slash < 0 ? "" : groupVersion.substring(0, slash);
  }

  private ObjectNode group(String name) {
    SequencedSet<String> groupVersions = new LinkedHashSet<>();
    for (ResourceType type : catalog.all()) {
      if (type.id().group().equals(name)) {
        groupVersions.add(type.apiVersion());
      }
    }
    extras.keySet().stream().filter(key -> groupOf(key).equals(name)).forEach(groupVersions::add);
    if (groupVersions.isEmpty()) {
      throw noSuchPath();
    }
    ObjectNode group = Json.object().put("kind", "APIGroup").put("apiVersion", "v1");
    group.put("name", name);
    ArrayNode versions = group.putArray("versions");
    groupVersions.forEach(groupVersion -> versions.add(versionEntry(groupVersion)));
    group.set("preferredVersion", versionEntry(groupVersions.getFirst()));
    return group;
  }

  private static ObjectNode versionEntry(String groupVersion) {
    String version = groupVersion.substring(groupVersion.indexOf('/') + 1);
    return Json.object().put("groupVersion", groupVersion).put("version", version);
  }

  private ObjectNode resources(String group, String version) {
    String groupVersion = group.isEmpty() ? version : group + "/" + version;
    ObjectNode list = Json.object().put("kind", "APIResourceList").put("apiVersion", "v1");
    list.put("groupVersion", groupVersion);
    ArrayNode resources = list.putArray("resources");
    for (ResourceType type : catalog.all()) {
      if (type.apiVersion().equals(groupVersion)) {
        resources.add(entry(type));
        if (type.hasStatus()) {
          resources.add(statusEntry(type));
        }
      }
    }
    for (ExtraResource extra : extras.getOrDefault(groupVersion, List.of())) {
      ObjectNode entry = Json.object().put("name", extra.name()).put("singularName", "");
      entry.put("namespaced", extra.isNamespaced()).put("kind", extra.kind());
      putAll(entry, "verbs", extra.verbs());
      resources.add(entry);
    }
    if (resources.isEmpty()) {
      throw noSuchPath();
    }
    return list;
  }

  private static ObjectNode entry(ResourceType type) {
    ObjectNode entry = Json.object().put("name", type.id().plural());
    entry.put("singularName", type.names().singular());
    entry.put("namespaced", type.isNamespaced()).put("kind", type.kind());
    putAll(entry, "verbs", VERBS);
    if (!type.names().shortNames().isEmpty()) {
      putAll(entry, "shortNames", type.names().shortNames());
    }
    if (!type.names().categories().isEmpty()) {
      putAll(entry, "categories", type.names().categories());
    }
    return entry;
  }

  private static ObjectNode statusEntry(ResourceType type) {
    ObjectNode entry = Json.object().put("name", type.id().plural() + "/status");
    entry.put("singularName", "").put("namespaced", type.isNamespaced());
    entry.put("kind", type.kind());
    putAll(entry, "verbs", List.of("get", "patch", "update"));
    return entry;
  }

  private static void putAll(ObjectNode entry, String field, List<String> values) {
    values.forEach(entry.putArray(field)::add);
  }

  private static StatusException noSuchPath() {
    return StatusException.of(Reason.NotFound, "the server could not find the requested resource");
  }
}
