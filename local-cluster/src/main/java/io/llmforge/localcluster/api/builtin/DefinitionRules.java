package io.llmforge.localcluster.api.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.cel.CelRules;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.resource.RuleSchemas;
import io.llmforge.localcluster.api.schema.StructuralCheck;
import io.llmforge.localcluster.api.status.Cause;
import io.llmforge.localcluster.api.write.KindRules;
import io.llmforge.localcluster.api.write.Timestamps;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** CustomResourceDefinitions: names, structural schemas, rules that compile, conditions. */
public final class DefinitionRules implements KindRules {
  /** Keeps a definition until its objects are gone. */
  public static final String CLEANUP_FINALIZER = "customresourcecleanup.apiextensions.k8s.io";

  private final Timestamps timestamps;

  public DefinitionRules(Timestamps timestamps) {
    this.timestamps = timestamps;
  }

  @Override
  public void complete(ObjectNode definition, Optional<ObjectNode> stored) {
    ObjectNode names = definition.withObject("/spec/names");
    String kind = Json.textAt(names, "kind");
    if (Json.textAt(names, "singular").isEmpty()) {
      names.put("singular", kind.toLowerCase(Locale.ROOT));
    }
    if (Json.textAt(names, "listKind").isEmpty()) {
      names.put("listKind", kind + "List");
    }
    if (stored.isEmpty()) {
      definition.withObject("/metadata").putArray("finalizers").add(CLEANUP_FINALIZER);
    }
    establish(definition, names);
  }

  private void establish(ObjectNode definition, ObjectNode names) {
    ObjectNode status = definition.withObject("/status");
    status.set("acceptedNames", names.deepCopy());
    ArrayNode versions = Json.array();
    for (JsonNode version : definition.path("spec").path("versions")) {
      if (version.path("storage").asBoolean()) {
        versions.add(version.path("name"));
      }
    }
    status.set("storedVersions", versions);
    if (status.path("conditions").isEmpty()) {
      ArrayNode conditions = status.putArray("conditions");
      conditions.add(condition("NamesAccepted", "NoConflicts", "no conflicts found"));
      conditions.add(
          condition("Established", "InitialNamesAccepted", "the initial names have been accepted"));
    }
  }

  private ObjectNode condition(String type, String reason, String message) {
    ObjectNode condition = Json.object().put("lastTransitionTime", timestamps.now());
    condition.put("message", message).put("reason", reason);
    return condition.put("status", "True").put("type", type);
  }

  @Override
  public List<Cause> check(ObjectNode definition, Optional<ObjectNode> stored) {
    List<Cause> causes = new ArrayList<>();
    JsonNode spec = definition.path("spec");
    checkNames(definition.path("metadata"), spec, causes);
    JsonNode versions = spec.path("versions");
    long stores =
        versions.valueStream().filter(version -> version.path("storage").asBoolean()).count();
    if (stores != 1) {
      causes.add(
          Cause.invalid(
              "spec.versions",
              Long.toString(stores),
              "must have exactly one version marked as storage version"));
    }
    for (int index = 0; index < versions.size(); index++) {
      checkVersion(versions.get(index), "spec.versions[" + index + "]", causes);
    }
    stored.ifPresent(before -> checkUnchanged(before.path("spec"), spec, causes));
    return causes;
  }

  private static void checkNames(JsonNode metadata, JsonNode spec, List<Cause> causes) {
    String plural = Json.textAt(spec.path("names"), "plural");
    String expected = plural + "." + Json.textAt(spec, "group");
    String name = Json.textAt(metadata, "name");
    if (!name.equals(expected)) {
      causes.add(
          Cause.invalid(
              "metadata.name", "\"" + name + "\"", "must be spec.names.plural+\".\"+spec.group"));
    }
    for (String field : List.of("plural", "kind")) {
      if (Json.textAt(spec.path("names"), field).isEmpty()) {
        causes.add(Cause.required("spec.names." + field, ""));
      }
    }
    if (!List.of("Namespaced", "Cluster").contains(Json.textAt(spec, "scope"))) {
      causes.add(
          Cause.unsupported(
              "spec.scope",
              "\"" + Json.textAt(spec, "scope") + "\"",
              "\"Cluster\", \"Namespaced\""));
    }
  }

  private static void checkVersion(JsonNode version, String path, List<Cause> causes) {
    Optional<ObjectNode> schema = Json.objectAt(version.path("schema"), "openAPIV3Schema");
    if (schema.isEmpty()) {
      causes.add(Cause.required(path + ".schema.openAPIV3Schema", "schemas are required"));
      return;
    }
    String place = path + ".schema.openAPIV3Schema";
    List<Cause> broken = StructuralCheck.check(schema.get(), place);
    causes.addAll(broken);
    if (broken.isEmpty() && version instanceof ObjectNode entry) {
      CelRules.compile(RuleSchemas.of(entry), place, causes);
    }
    JsonNode columns = version.path("additionalPrinterColumns");
    for (int index = 0; index < columns.size(); index++) {
      String jsonPath = Json.textAt(columns.get(index), "jsonPath");
      if (!jsonPath.startsWith(".")) {
        causes.add(
            Cause.invalid(
                path + ".additionalPrinterColumns[" + index + "].jsonPath",
                "\"" + jsonPath + "\"",
                "must be a simple json path starting with ."));
      }
    }
  }

  private static void checkUnchanged(JsonNode before, JsonNode after, List<Cause> causes) {
    for (String field : List.of("group", "scope")) {
      if (!before.path(field).equals(after.path(field))) {
        causes.add(
            Cause.invalid("spec." + field, Json.text(after.path(field)), "field is immutable"));
      }
    }
  }
}
