package io.llmforge.localcluster.api.write;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.resource.ResourceType;
import io.llmforge.localcluster.api.status.Cause;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Rules for names, labels, owners and finalizers, the same for every kind. */
public final class MetadataRules {
  private static final String LABEL_NAME = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
  private static final String SUBDOMAIN_NAME = LABEL_NAME + "(\\." + LABEL_NAME + ")*";
  private static final String QUALIFIED_PART = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
  private static final String LABEL_VALUE_TEXT = "(" + QUALIFIED_PART + ")?";

  private static final Pattern LABEL = Pattern.compile(LABEL_NAME);
  private static final Pattern SUBDOMAIN = Pattern.compile(SUBDOMAIN_NAME);
  private static final Pattern LABEL_VALUE = Pattern.compile(LABEL_VALUE_TEXT);
  private static final Pattern QUALIFIED_NAME =
      Pattern.compile("(" + SUBDOMAIN_NAME + "/)?" + QUALIFIED_PART);

  private static final Set<String> NAMED_BY_LABEL = Set.of("Namespace", "Service");
  private static final Set<String> NAMED_FREELY =
      Set.of("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding");
  private static final int MAX_LABEL_LENGTH = 63;
  private static final int MAX_NAME_LENGTH = 253;

  List<Cause> check(ResourceType type, ObjectNode object, Optional<ObjectNode> stored) {
    JsonNode metadata = object.path("metadata");
    List<Cause> causes = new ArrayList<>();
    if (stored.isEmpty()) {
      checkName(type, metadata.path("name").asText(), causes);
    }
    causes.addAll(check(metadata));
    stored.ifPresent(before -> checkFinalizers(before.path("metadata"), metadata, causes));
    return causes;
  }

  /** What is wrong with labels, annotations and owners, whatever the kind. */
  public static List<Cause> check(JsonNode metadata) {
    List<Cause> causes = new ArrayList<>();
    checkLabels(metadata.path("labels"), causes);
    checkAnnotations(metadata.path("annotations"), causes);
    checkOwners(metadata.path("ownerReferences"), causes);
    return causes;
  }

  private static void checkName(ResourceType type, String name, List<Cause> causes) {
    String shown = "\"" + name + "\"";
    if (NAMED_FREELY.contains(type.kind())) {
      if (name.equals(".") || name.equals("..") || name.contains("/") || name.contains("%")) {
        causes.add(
            Cause.invalid("metadata.name", shown, "may not be '.', '..' or contain '/' or '%'"));
      }
      return;
    }
    boolean isLabel = NAMED_BY_LABEL.contains(type.kind());
    int limit = isLabel ? MAX_LABEL_LENGTH : MAX_NAME_LENGTH;
    if (name.length() > limit) {
      causes.add(
          Cause.invalid("metadata.name", shown, "must be no more than " + limit + " characters"));
    } else if (isLabel && !LABEL.matcher(name).matches()) {
      causes.add(
          Cause.invalid(
              "metadata.name",
              shown,
              "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or"
                  + " '-', and must start and end with an alphanumeric character (e.g. 'my-name', "
                  + " or '123-abc', regex used for validation is '"
                  + LABEL_NAME
                  + "')"));
    } else if (!SUBDOMAIN.matcher(name).matches()) {
      causes.add(
          Cause.invalid(
              "metadata.name",
              shown,
              "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters,"
                  + " '-' or '.', and must start and end with an alphanumeric character (e.g."
                  + " 'example.com', regex used for validation is '"
                  + SUBDOMAIN_NAME
                  + "')"));
    }
  }

  private static void checkLabels(JsonNode labels, List<Cause> causes) {
    for (Map.Entry<String, JsonNode> label : labels.properties()) {
      String value = label.getValue().asText();
      String shown = "\"" + value + "\"";
      if (!QUALIFIED_NAME.matcher(label.getKey()).matches()) {
        causes.add(badKey("metadata.labels", label.getKey()));
      }
      if (value.length() > MAX_LABEL_LENGTH) {
        causes.add(Cause.invalid("metadata.labels", shown, "must be no more than 63 characters"));
      } else if (!LABEL_VALUE.matcher(value).matches()) {
        causes.add(
            Cause.invalid(
                "metadata.labels",
                shown,
                "a valid label must be an empty string or consist of alphanumeric characters, '-',"
                    + " '_' or '.', and must start and end with an alphanumeric character (e.g."
                    + " 'MyValue',  or 'my_value',  or '12345', regex used for validation is '"
                    + LABEL_VALUE_TEXT
                    + "')"));
      }
    }
  }

  private static void checkAnnotations(JsonNode annotations, List<Cause> causes) {
    annotations
        .properties()
        .forEach(
            annotation -> {
              if (!QUALIFIED_NAME.matcher(annotation.getKey()).matches()) {
                causes.add(badKey("metadata.annotations", annotation.getKey()));
              }
            });
  }

  private static Cause badKey(String field, String key) {
    return Cause.invalid(
        field,
        "\"" + key + "\"",
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end"
            + " with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex"
            + " used for validation is '"
            + QUALIFIED_PART
            + "')");
  }

  private static void checkOwners(JsonNode owners, List<Cause> causes) {
    int controllers = 0;
    for (int index = 0; index < owners.size(); index++) {
      JsonNode owner = owners.get(index);
      for (String field : List.of("apiVersion", "kind", "name", "uid")) {
        if (owner.path(field).asText("").isEmpty()) {
          causes.add(
              Cause.invalid(
                  "metadata.ownerReferences[" + index + "]." + field, "\"\"", "must not be empty"));
        }
      }
      controllers += owner.path("controller").asBoolean(false) ? 1 : 0;
    }
    if (controllers > 1) {
      causes.add(
          Cause.invalid(
              "metadata.ownerReferences",
              owners.toString(),
              "Only one reference can have Controller set to true"));
    }
  }

  private static void checkFinalizers(JsonNode before, JsonNode after, List<Cause> causes) {
    if (!before.has("deletionTimestamp")) {
      return;
    }
    Set<String> known = new HashSet<>();
    before.path("finalizers").forEach(finalizer -> known.add(finalizer.asText()));
    for (JsonNode finalizer : after.path("finalizers")) {
      if (!known.contains(finalizer.asText())) {
        causes.add(
            Cause.forbidden(
                "metadata.finalizers",
                "no new finalizers can be added if the object is being deleted, found new"
                    + " finalizers []string{\""
                    + finalizer.asText()
                    + "\"}"));
      }
    }
  }
}
