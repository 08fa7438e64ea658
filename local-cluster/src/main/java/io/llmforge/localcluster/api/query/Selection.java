package io.llmforge.localcluster.api.query;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.localcluster.api.http.ApiRequest;
import io.llmforge.localcluster.api.resource.ResourceType;
import java.util.Optional;

/**
 * Which objects of a kind a request means.
 *
 * @param namespace "" for all
 */
public record Selection(String namespace, LabelSelector labels, FieldSelector fields) {

  public static Selection of(ApiRequest request, ResourceType type, String namespace) {
    return new Selection(
        namespace,
        LabelSelector.parse(request.parameter("labelSelector").orElse("")),
        FieldSelector.parse(request.parameter("fieldSelector").orElse(""), type));
  }

  public Optional<String> namespaceFilter() {
    return namespace.isEmpty() ? Optional.empty() : Optional.of(namespace);
  }

  public boolean matches(JsonNode object) {
    return isInNamespace(object) && labels.matches(object) && fields.matches(object);
  }

  /** Whether nothing but the namespace narrows the selection. */
  public boolean isEverything() {
    return labels.requirements().isEmpty() && fields.terms().isEmpty();
  }

  private boolean isInNamespace(JsonNode object) {
    return namespace.isEmpty()
        || object.path("metadata").path("namespace").asText().equals(namespace);
  }
}
