package io.llmforge.localcluster.api.write;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.resource.ResourceType;
import io.llmforge.localcluster.api.schema.Defaulter;
import io.llmforge.localcluster.api.schema.Pruner;
import io.llmforge.localcluster.api.schema.Validator;
import io.llmforge.localcluster.api.status.Cause;
import io.llmforge.localcluster.api.status.StatusException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What the schema of a kind says about an object, and what holds for the metadata of all kinds. */
final class ObjectChecks {
  /** Broken so badly that rules could not even be evaluated. */
  private static final Set<Cause.Kind> BLOCKING =
      Set.of(
          Cause.Kind.FieldValueRequired,
          Cause.Kind.FieldValueTypeInvalid,
          Cause.Kind.FieldValueTooLong,
          Cause.Kind.FieldValueTooMany);

  private static final Cause RULES_NOT_CHECKED =
      Cause.invalid(
          "<nil>",
          "null",
          "some validation rules were not checked because the object was invalid; correct the"
              + " existing errors to complete validation");

  private final MetadataRules metadataRules = new MetadataRules();

  /** Makes sure that the object is of the kind that the URL names. */
  ObjectNode inForm(ResourceType type, ObjectNode object) {
    requireSame(type, "kind", type.kind(), Json.textAt(object, "kind"));
    requireSame(type, "apiVersion", type.apiVersion(), Json.textAt(object, "apiVersion"));
    if (object.has("metadata") && !object.path("metadata").isObject()) {
      throw StatusException.badRequest("metadata must be an object");
    }
    return object.put("apiVersion", type.apiVersion()).put("kind", type.kind());
  }

  private static void requireSame(ResourceType type, String field, String expected, String actual) {
    if (!actual.isEmpty() && !actual.equals(expected)) {
      throw StatusException.badRequest(
          "the "
              + field
              + " in the body ("
              + actual
              + ") does not match the URL, which serves "
              + expected
              + " for "
              + type.id());
    }
  }

  /**
   * Drops what the schema does not know, fills in defaults and returns warnings. Changes the object
   * in place.
   */
  List<String> clean(ResourceType type, ObjectNode object, WriteOptions options) {
    if (type.isCustom()) {
      Json.objectAt(object, "metadata").ifPresent(ObjectChecks::dropNulls);
    } else {
      dropNulls(object);
    }
    List<String> unknown =
        Pruner.prune(type.schema(), object).stream()
            .map(path -> "unknown field \"" + path + "\"")
            .toList();
    Defaulter.fill(type.schema(), object);
    return switch (options.fieldValidation()) {
      case IGNORE -> List.of();
      case WARN -> unknown;
      case STRICT -> {
        if (!unknown.isEmpty()) {
          throw StatusException.badRequest(
              type.kind()
                  + " in version \""
                  + type.version()
                  + "\" cannot be handled as a "
                  + type.kind()
                  + ": strict decoding error: "
                  + String.join(", ", unknown));
        }
        yield List.of();
      }
    };
  }

  /** The paths that the schema does not know; drops nulls that mean nothing. */
  List<String> undeclared(ResourceType type, ObjectNode object) {
    if (!type.isCustom()) {
      dropNulls(object);
    }
    return Pruner.prune(type.schema(), object.deepCopy());
  }

  /** In built-in kinds null means absent. */
  private static void dropNulls(JsonNode value) {
    if (value instanceof ObjectNode object) {
      object.removeIf(JsonNode::isNull);
      object.forEach(ObjectChecks::dropNulls);
    } else if (value instanceof ArrayNode list) {
      list.forEach(ObjectChecks::dropNulls);
    }
  }

  List<Cause> check(ResourceType type, ObjectNode object, Optional<ObjectNode> stored) {
    List<Cause> causes = new ArrayList<>(metadataRules.check(type, object, stored));
    Optional<JsonNode> before = stored.map(node -> node);
    List<Cause> broken = Validator.validate(type.schema(), object, before);
    causes.addAll(broken);
    if (!type.isCustom()) {
      return causes;
    }
    if (broken.stream().anyMatch(cause -> BLOCKING.contains(cause.kind()))) {
      causes.add(RULES_NOT_CHECKED);
    } else {
      causes.addAll(type.rules().check(object, before));
    }
    return causes;
  }
}
