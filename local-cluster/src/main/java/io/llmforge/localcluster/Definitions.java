package io.llmforge.localcluster;

import static java.util.Objects.requireNonNullElse;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Makes kinds known to a cluster, and unknown those that nobody else has an interest in. */
final class Definitions {
  private static final String LABEL = "llmforge.io/defined-by";
  private static final String US = "local-cluster";

  /** Helm marks so what belongs to a release. */
  private static final String RELEASE = "meta.helm.sh/release-name";

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private Definitions() {}

  /** Makes a kind known in this version, and waits until it is served. */
  static void define(KubernetesClient client, CustomResourceDefinition definition) {
    var resource = client.resource(definition);
    @Nullable CustomResourceDefinition present = resource.get();
    if (present == null) {
      client.resource(ours(definition, null)).create();
    } else if (isOurs(present)) {
      // Applied, it would keep what an earlier version of it said and this one does not.
      client.resource(ours(definition, present.getMetadata().getResourceVersion())).update();
    } else {
      resource.forceConflicts().serverSideApply();
    }
    resource.waitUntilCondition(Definitions::isEstablished, PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private static CustomResourceDefinition ours(
      CustomResourceDefinition definition, @Nullable String version) {
    return new CustomResourceDefinitionBuilder(definition)
        .editMetadata()
        .addToLabels(LABEL, US)
        .withResourceVersion(version)
        .endMetadata()
        .build();
  }

  /**
   * Takes away the definitions that {@link #define} created, but for those that are in use: by an
   * object somewhere, or by a release of a chart.
   *
   * @return the names of those that are gone
   */
  static List<String> forget(KubernetesClient client) {
    var unused =
        client
            .apiextensions()
            .v1()
            .customResourceDefinitions()
            .withLabel(LABEL, US)
            .list()
            .getItems()
            .stream()
            .filter(definition -> !isReleased(definition) && !hasObjects(definition, client))
            .toList();
    for (var definition : unused) {
      client.resource(definition).withTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).delete();
    }
    return unused.stream().map(definition -> definition.getMetadata().getName()).toList();
  }

  private static boolean isOurs(CustomResourceDefinition definition) {
    return US.equals(labels(definition.getMetadata()).get(LABEL)) && !isReleased(definition);
  }

  private static boolean isReleased(CustomResourceDefinition definition) {
    return annotations(definition.getMetadata()).containsKey(RELEASE);
  }

  private static Map<String, String> labels(ObjectMeta metadata) {
    return requireNonNullElse(metadata.getLabels(), Map.of());
  }

  private static Map<String, String> annotations(ObjectMeta metadata) {
    return requireNonNullElse(metadata.getAnnotations(), Map.of());
  }

  private static boolean hasObjects(CustomResourceDefinition definition, KubernetesClient client) {
    var spec = definition.getSpec();
    return !client
        .genericKubernetesResources(
            spec.getGroup() + "/" + spec.getVersions().getFirst().getName(),
            spec.getNames().getKind())
        .inAnyNamespace()
        .list()
        .getItems()
        .isEmpty();
  }

  private static boolean isEstablished(CustomResourceDefinition definition) {
    return definition.getStatus() != null
        && definition.getStatus().getConditions().stream()
            .anyMatch(
                condition ->
                    condition.getType().equals("Established")
                        && condition.getStatus().equals("True"));
  }
}
