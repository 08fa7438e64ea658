package io.llmforge.crds.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** {@code docs/api-reference.md}: FineTuneJob field by field, made from its definition. */
final class ApiPage {

  private static final String CONFIG = "spec.config";
  private final JsonNode definition;
  private final StringBuilder page = new StringBuilder();

  /**
   * Of a definition.
   *
   * @param definition the CustomResourceDefinition
   */
  ApiPage(JsonNode definition) {
    this.definition = definition;
  }

  String text() {
    var spec = definition.path("spec");
    var version = spec.at("/versions/0");
    page.append(DocsPage.notice("crds/finetunejobs.llmforge.io-v1.yml"));
    page.append(
        """
        # API reference

        `%s` in `%s/%s`, namespaced, `kubectl get %s`. The fields of `spec.config` are in the
        [config reference](config-reference.md).

        """
            .formatted(
                spec.at("/names/kind").asText(),
                spec.path("group").asText(),
                version.path("name").asText(),
                spec.at("/names/shortNames/0").asText()));
    columns(version.path("additionalPrinterColumns"));
    var schema = version.at("/schema/openAPIV3Schema");
    rules("metadata", schema);
    object("spec", schema.at("/properties/spec"));
    object("status", schema.at("/properties/status"));
    return page.toString().stripTrailing() + "\n";
  }

  private void columns(JsonNode columns) {
    page.append("## Columns\n\n| column | from | shown |\n|---|---|---|\n");
    for (JsonNode column : columns) {
      page.append(
          "| %s | `%s` | %s |\n"
              .formatted(
                  column.path("name").asText(),
                  DocsPage.cell(column.path("jsonPath").asText()),
                  column.path("priority").asInt() == 0 ? "always" : "with `-o wide`"));
    }
    page.append('\n');
  }

  private void rules(String path, JsonNode schema) {
    for (JsonNode rule : schema.path("x-kubernetes-validations")) {
      page.append("`%s`: %s\n\n".formatted(path, rule.path("message").asText()));
    }
  }

  private void object(String path, JsonNode schema) {
    page.append("## `%s`\n\n".formatted(path));
    page.append(DocsPage.cell(schema.path("description").asText())).append("\n\n");
    page.append("| field | type | what it is |\n|---|---|---|\n");
    var required = texts(schema.path("required"));
    List<Nested> nested = new ArrayList<>();
    schema
        .path("properties")
        .properties()
        .forEach(
            field -> {
              var place = path + "." + field.getKey();
              row(field.getKey(), field.getValue(), required, place);
              nested(place, field.getValue(), nested);
            });
    page.append('\n');
    nested.forEach(each -> object(each.path(), each.schema()));
  }

  private record Nested(String path, JsonNode schema) {}

  private static void nested(String place, JsonNode schema, List<Nested> nested) {
    if (place.equals(CONFIG)) {
      return;
    }
    if (schema.has("properties")) {
      nested.add(new Nested(place, schema));
    } else if (schema.at("/items").has("properties")) {
      var items = (com.fasterxml.jackson.databind.node.ObjectNode) schema.path("items").deepCopy();
      items.put("description", schema.path("description").asText());
      nested.add(new Nested(place + "[]", items));
    }
  }

  private void row(String name, JsonNode schema, Set<String> required, String place) {
    var rules =
        StreamSupport.stream(schema.path("x-kubernetes-validations").spliterator(), false)
            .map(rule -> " " + rule.path("message").asText() + ".")
            .collect(Collectors.joining());
    var reference = place.equals(CONFIG) ? " See the [config reference](config-reference.md)." : "";
    page.append(
        "| `%s` | %s%s | %s%s%s |\n"
            .formatted(
                name,
                DocsPage.cell(type(schema)),
                required.contains(name) ? ", required" : "",
                DocsPage.cell(schema.path("description").asText()),
                DocsPage.cell(rules),
                reference));
  }

  private static String type(JsonNode schema) {
    if (schema.has("enum")) {
      return texts(schema.path("enum")).stream()
          .map("`%s`"::formatted)
          .collect(Collectors.joining(", "));
    }
    return switch (schema.path("type").asText()) {
      case "array" ->
          "list of %s%s"
              .formatted(
                  type(schema.path("items")),
                  schema.has("maxItems") ? ", at most " + schema.path("maxItems").asInt() : "");
      case "object" ->
          schema.has("additionalProperties")
              ? "mapping to " + type(schema.path("additionalProperties"))
              : "object";
      case "" -> "any";
      default -> schema.path("type").asText();
    };
  }

  private static Set<String> texts(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false)
        .filter(node -> !node.isNull())
        .map(JsonNode::asText)
        .collect(Collectors.toCollection(java.util.LinkedHashSet::new));
  }
}
