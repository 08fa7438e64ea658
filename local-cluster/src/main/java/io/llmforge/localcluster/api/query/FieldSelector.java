package io.llmforge.localcluster.api.query;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.localcluster.api.resource.BuiltinTypes;
import io.llmforge.localcluster.api.resource.ResourceType;
import io.llmforge.localcluster.api.status.StatusException;
import io.llmforge.localcluster.api.store.ResourceId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringTokenizer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Equalities on fields; each kind names the few fields it can be asked by. */
public record FieldSelector(List<Term> terms) {
  private static final Pattern TERM = Pattern.compile("([^=!]+)(==|=|!=)(.*)");

  private static final Map<ResourceId, Set<String>> FIELDS =
      Map.of(
          BuiltinTypes.PODS,
          Set.of(
              "spec.nodeName",
              "spec.restartPolicy",
              "spec.schedulerName",
              "spec.serviceAccountName",
              "spec.hostNetwork",
              "status.phase",
              "status.podIP",
              "status.nominatedNodeName"),
          BuiltinTypes.EVENTS,
          Set.of(
              "involvedObject.kind",
              "involvedObject.namespace",
              "involvedObject.name",
              "involvedObject.uid",
              "involvedObject.apiVersion",
              "involvedObject.resourceVersion",
              "involvedObject.fieldPath",
              "reason",
              "reportingComponent",
              "source",
              "type"),
          BuiltinTypes.EVENTS_V1,
          Set.of(
              "regarding.kind",
              "regarding.namespace",
              "regarding.name",
              "regarding.uid",
              "reason",
              "reportingController",
              "type"),
          BuiltinTypes.NAMESPACES,
          Set.of("status.phase"),
          BuiltinTypes.SECRETS,
          Set.of("type"),
          BuiltinTypes.JOBS,
          Set.of("status.successful"),
          new ResourceId("", "nodes"),
          Set.of("spec.unschedulable"));

  public FieldSelector {
    terms = List.copyOf(terms);
  }

  record Term(String field, boolean isNegated, String value) {}

  public static FieldSelector parse(String text, ResourceType type) {
    List<Term> terms = new ArrayList<>();
    var parts = new StringTokenizer(text, ",");
    while (parts.hasMoreTokens()) {
      terms.add(term(parts.nextToken().strip(), type));
    }
    return new FieldSelector(terms);
  }

  private static Term term(String part, ResourceType type) {
    Matcher matcher = TERM.matcher(part);
    if (!matcher.matches()) {
      throw StatusException.badRequest(
          "invalid field selector \"" + part + "\": write field=value or field!=value");
    }
    String field = matcher.group(1).strip();
    if (!isSupported(field, type)) {
      throw StatusException.badRequest(unsupported(field, type));
    }
    return new Term(field, matcher.group(2).equals("!="), matcher.group(3).strip());
  }

  private static String unsupported(String field, ResourceType type) {
    if (type.id().equals(BuiltinTypes.JOBS)) {
      return "field label \"" + field + "\" not supported for Job";
    }
    return type.isCustom() || FIELDS.containsKey(type.id())
        ? "field label not supported: " + field
        : "\""
            + field
            + "\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"";
  }

  private static boolean isSupported(String field, ResourceType type) {
    return field.equals("metadata.name")
        || (type.isNamespaced() && field.equals("metadata.namespace"))
        || FIELDS.getOrDefault(type.id(), Set.of()).contains(field)
        || type.selectableFields().contains("." + field);
  }

  public boolean matches(JsonNode object) {
    return terms.stream()
        .allMatch(term -> valueAt(object, term.field()).equals(term.value()) != term.isNegated());
  }

  private static String valueAt(JsonNode object, String field) {
    if (field.equals("source")) {
      return object.path("source").path("component").asText("");
    }
    JsonNode value = object.at("/" + field.replace('.', '/'));
    boolean isDefaultedBoolean =
        field.equals("spec.unschedulable") || field.equals("spec.hostNetwork");
    return isDefaultedBoolean && value.isMissingNode() ? "false" : value.asText("");
  }
}
