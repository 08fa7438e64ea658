package io.llmforge.localcluster.api.resource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.cel.CelRules;
import io.llmforge.localcluster.api.schema.Schema;
import io.llmforge.localcluster.api.status.StatusException;
import io.llmforge.localcluster.api.store.ResourceId;
import java.util.List;
import java.util.Optional;

/**
 * One kind of object in one version.
 *
 * @param hasStatus whether {@code /status} is a subresource of its own
 * @param countsGenerations whether {@code metadata.generation} grows when the spec changes
 * @param definition for a custom kind its version entry in the definition
 */
public record ResourceType(
    ResourceId id,
    String version,
    String kind,
    Names names,
    boolean isNamespaced,
    boolean hasStatus,
    boolean countsGenerations,
    Schema schema,
    CelRules rules,
    Optional<ObjectNode> definition) {

  /** How people call the kind. */
  public record Names(String singular, List<String> shortNames, List<String> categories) {}

  public String apiVersion() {
    return id.group().isEmpty() ? version : id.group() + "/" + version;
  }

  public boolean isCustom() {
    return definition.isPresent();
  }

  /** The subject of most failures: named by the plural. */
  public StatusException.Subject subject(String name) {
    return new StatusException.Subject(id.group(), id.plural(), name);
  }

  /** The subject of an invalid object: named by the kind. */
  public StatusException.Subject kindSubject(String name) {
    return new StatusException.Subject(id.group(), kind, name);
  }

  /** The fields by which custom objects may be selected, such as {@code .spec.color}. */
  public List<String> selectableFields() {
    return definition.stream()
        .flatMap(version -> version.path("selectableFields").valueStream())
        .map(field -> field.path("jsonPath").asText())
        .toList();
  }

  /** The columns beside the name that a custom kind asks for. */
  public List<JsonNode> printerColumns() {
    return definition.stream()
        .flatMap(version -> version.path("additionalPrinterColumns").valueStream())
        .toList();
  }
}
