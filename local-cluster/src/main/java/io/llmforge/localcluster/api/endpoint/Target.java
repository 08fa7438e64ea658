package io.llmforge.localcluster.api.endpoint;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a resource URL names.
 *
 * @param namespace "" for cluster-wide kinds and for lists over all namespaces
 * @param subresource "" for the object itself
 */
record Target(
    String group,
    String version,
    String namespace,
    String plural,
    Optional<String> name,
    String subresource) {

  private static final Set<String> NAMESPACE_SUBRESOURCES = Set.of("status", "finalize");

  /** Reads {@code /api/v1/...} and {@code /apis/group/version/...}; empty for anything else. */
  static Optional<Target> of(List<String> path) {
    if (path.size() >= 3 && path.get(0).equals("api")) {
      return inVersion("", path.get(1), path.subList(2, path.size()));
    }
    if (path.size() >= 4 && path.get(0).equals("apis")) {
      return inVersion(path.get(1), path.get(2), path.subList(3, path.size()));
    }
    return Optional.empty();
  }

  private static Optional<Target> inVersion(String group, String version, List<String> rest) {
    boolean isInNamespace =
        rest.size() >= 3
            && rest.get(0).equals("namespaces")
            && !(rest.size() == 3 && NAMESPACE_SUBRESOURCES.contains(rest.get(2)));
    String namespace = isInNamespace ? rest.get(1) : "";
    List<String> resource = isInNamespace ? rest.subList(2, rest.size()) : rest;
    if (resource.size() > 3) {
      return Optional.empty();
    }
    Optional<String> name = resource.size() > 1 ? Optional.of(resource.get(1)) : Optional.empty();
    String subresource = resource.size() > 2 ? resource.get(2) : "";
    return Optional.of(
        new Target(group, version, namespace, resource.getFirst(), name, subresource));
  }
}
