package io.llmforge.localcluster.garbage;

import io.fabric8.kubernetes.api.model.APIResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** A kind of object that can be listed, watched and deleted. */
public record ResourceKind(
    String group, String version, String kind, String plural, boolean isNamespaced) {
  private static final List<String> NEEDED_VERBS = List.of("list", "watch", "delete");

  /** The kinds that an API server has now, each in the version that it prefers. */
  public static Set<ResourceKind> servedBy(KubernetesClient client) {
    var versions = new TreeSet<String>();
    versions.add("v1");
    client
        .getApiGroups()
        .getGroups()
        .forEach(group -> versions.add(group.getPreferredVersion().getGroupVersion()));
    var kinds = new HashSet<ResourceKind>();
    for (var version : versions) {
      var list = client.getApiResources(version);
      if (list != null) {
        list.getResources().stream()
            .filter(ResourceKind::isCollectable)
            .forEach(resource -> kinds.add(of(version, resource)));
      }
    }
    return kinds;
  }

  private static boolean isCollectable(APIResource resource) {
    // Events name what they are about, but nobody owns them.
    return !resource.getName().contains("/")
        && resource.getVerbs().containsAll(NEEDED_VERBS)
        && !resource.getKind().equals("Event");
  }

  private static ResourceKind of(String groupVersion, APIResource resource) {
    var slash = groupVersion.indexOf('/');
    return new ResourceKind(
        slash < 0 ? "" : groupVersion.substring(0, slash),
        groupVersion.substring(slash + 1),
        resource.getKind(),
        resource.getName(),
        Boolean.TRUE.equals(resource.getNamespaced()));
  }

  /** Owner references may name any version of the kind. */
  boolean isNamedBy(String apiVersion, String kindName) {
    var slash = apiVersion.indexOf('/');
    var namedGroup = slash < 0 ? "" : apiVersion.substring(0, slash);
    return kind.equals(kindName) && group.equals(namedGroup);
  }

  /** How a client asks for objects of this kind. */
  public ResourceDefinitionContext context() {
    return new ResourceDefinitionContext.Builder()
        .withGroup(group)
        .withVersion(version)
        .withKind(kind)
        .withPlural(plural)
        .withNamespaced(isNamespaced)
        .build();
  }
}
