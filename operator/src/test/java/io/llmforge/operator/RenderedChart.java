package io.llmforge.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/** The objects that Helm's own engine makes of the chart. */
final class RenderedChart {

  static final Path FOLDER = Path.of("../helm/llmforge-operator");

  private RenderedChart() {}

  static List<JsonNode> render(UnaryOperator<TemplateCommand> values) throws IOException {
    TemplateCommand command =
        new Helm(FOLDER).template().withName("test").withNamespace("llmforge-system");
    YAMLMapper yaml = new YAMLMapper();
    try (MappingIterator<JsonNode> objects =
        yaml.readerFor(JsonNode.class).readValues(values.apply(command).call())) {
      return objects.readAll().stream().filter(JsonNode::isObject).toList();
    }
  }

  static List<JsonNode> named(List<JsonNode> objects, String name) {
    return objects.stream()
        .filter(object -> object.at("/metadata/name").asText().equals(name))
        .toList();
  }

  static JsonNode only(List<JsonNode> objects, String kind) {
    List<JsonNode> found = objects.stream().filter(object -> kind(object).equals(kind)).toList();
    assertThat(found).as(kind).hasSize(1);
    return found.getFirst();
  }

  static List<String> kinds(List<JsonNode> objects) {
    return objects.stream().map(RenderedChart::kind).toList();
  }

  static String kind(JsonNode object) {
    return object.path("kind").asText();
  }

  static String variable(JsonNode container, String name) {
    for (JsonNode variable : container.get("env")) {
      if (variable.get("name").asText().equals(name)) {
        return variable.get("value").asText();
      }
    }
    return "";
  }
}
