package io.llmforge.crds.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rules that an API server enforces when a definition is applied, checked on the committed one. */
class StructuralRulesTest {

  private static final Set<String> FORBIDDEN =
      Set.of(
          "$ref",
          "definitions",
          "dependencies",
          "deprecated",
          "discriminator",
          "id",
          "patternProperties",
          "readOnly",
          "writeOnly",
          "xml",
          "uniqueItems");

  private record Place(String path, JsonNode schema, boolean inList) {}

  private final List<Place> places = new ArrayList<>();
  private JsonNode version;

  @BeforeEach
  void walk() throws IOException {
    version = new YAMLMapper().readTree(CrdDocument.COMMITTED.toFile()).at("/spec/versions/0");
    walk("", version.at("/schema/openAPIV3Schema"), false);
  }

  @Test
  void everyFieldHasATypeOrIsOpen() {
    assertThat(places)
        .hasSizeGreaterThan(150)
        .allMatch(place -> place.schema().has("type") || isOpen(place.schema()));
  }

  @Test
  void noForbiddenKeywordIsUsed() {
    assertThat(places)
        .allSatisfy(
            place ->
                assertThat(place.schema().fieldNames())
                    .toIterable()
                    .doesNotContainAnyElementsOf(FORBIDDEN));
  }

  @Test
  void propertiesAndAdditionalPropertiesExcludeEachOther() {
    assertThat(places)
        .noneMatch(p -> p.schema().has("properties") && p.schema().has("additionalProperties"))
        .noneMatch(p -> isOpen(p.schema()) && p.schema().has("additionalProperties"));
  }

  @Test
  void noDefaultHidesInAList() {
    assertThat(places).noneMatch(place -> place.inList() && place.schema().has("default"));
  }

  @Test
  void keysOfListMapsAreRequiredScalars() {
    var lists =
        places.stream().filter(p -> "map".equals(text(p, "x-kubernetes-list-type"))).toList();

    assertThat(lists)
        .extracting(Place::path)
        .containsExactlyInAnyOrder(
            ".spec.outputs", ".status.conditions", ".status.metrics", ".status.outputs");
    for (Place list : lists) {
      for (JsonNode key : list.schema().get("x-kubernetes-list-map-keys")) {
        var items = list.schema().get("items");
        assertThat(items.get("required").valueStream().map(JsonNode::asText))
            .contains(key.asText());
        assertThat(items.at("/properties/" + key.asText() + "/type").asText()).isEqualTo("string");
      }
    }
  }

  @Test
  void rulesCompileAndReadOnlyBoundedTexts() throws Exception {
    var ruled = places.stream().filter(p -> p.schema().has("x-kubernetes-validations")).toList();
    var compiler =
        CelCompilerFactory.standardCelCompilerBuilder()
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .addVar("self", SimpleType.DYN)
            .build();

    assertThat(ruled)
        .extracting(Place::path)
        .containsExactlyInAnyOrder(
            "",
            ".spec.checkpoints.uri",
            ".spec.outputs[].uri",
            ".spec.queue",
            ".spec.storage.cache.folder");
    for (Place place : ruled) {
      // The server itself bounds metadata.name; every other text must bound its cost by its length.
      assertThat(place.path().isEmpty() || textsAreBounded(place.schema())).isTrue();
      for (JsonNode rule : place.schema().get("x-kubernetes-validations")) {
        assertThat(compiler.compile(rule.get("rule").asText()).hasError()).isFalse();
        assertThat(rule.get("message").asText()).isNotBlank();
      }
    }
  }

  private static boolean textsAreBounded(JsonNode schema) {
    return switch (schema.path("type").asText()) {
      case "string" -> schema.has("maxLength") || schema.has("enum");
      case "object" ->
          schema.get("properties").valueStream().allMatch(StructuralRulesTest::textsAreBounded);
      default -> true;
    };
  }

  @Test
  void listsAroundRulesAreBounded() {
    assertThat(places)
        .filteredOn(
            place -> place.path().startsWith(".spec") && !place.path().startsWith(".spec.config"))
        .filteredOn(place -> "array".equals(text(place, "type")))
        .allMatch(place -> place.schema().has("maxItems"));
  }

  @Test
  void everyFieldIsExplained() {
    assertThat(places)
        .filteredOn(place -> !place.path().endsWith("]") && !place.path().endsWith("*"))
        .allMatch(place -> !place.schema().path("description").asText().isBlank());
  }

  @Test
  void columnsStandInTheOrderPeopleRead() {
    assertThat(version.get("additionalPrinterColumns").valueStream())
        .extracting(column -> column.get("name").asText() + column.path("priority").asInt())
        .containsExactly(
            "PHASE0",
            "PROGRESS0",
            "STEP0",
            "LOSS0",
            "ETA0",
            "GPUS0",
            "AGE0",
            "MODEL1",
            "QUEUE1",
            "RUN1",
            "REASON1");
  }

  private void walk(String path, JsonNode schema, boolean inList) {
    places.add(new Place(path, schema, inList));
    schema
        .path("properties")
        .properties()
        .forEach(entry -> walk(path + "." + entry.getKey(), entry.getValue(), inList));
    if (!(schema.path("items") instanceof MissingNode)) {
      walk(path + "[]", schema.get("items"), true);
    }
    if (schema.path("additionalProperties").isObject()) {
      walk(path + ".*", schema.get("additionalProperties"), inList);
    }
  }

  private static boolean isOpen(JsonNode schema) {
    return schema.path("x-kubernetes-preserve-unknown-fields").asBoolean();
  }

  private static String text(Place place, String key) {
    return place.schema().path(key).asText();
  }
}
