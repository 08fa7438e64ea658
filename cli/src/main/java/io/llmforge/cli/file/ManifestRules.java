package io.llmforge.cli.file;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.deser.DeserializationProblemHandler;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec;
import io.llmforge.crds.config.Finding;
import io.llmforge.crds.config.Finding.Severity;
import io.llmforge.crds.config.YamlDocument;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What the API server would say about a FineTuneJob outside its config, said before it is asked.
 */
final class ManifestRules {

  private static final String API_VERSION = "llmforge.io/v1alpha1";
  private static final String KIND = "FineTuneJob";
  private static final Pattern PLACE = Pattern.compile(FineTuneJobSpec.Output.PLACE);
  private static final Pattern CLIMBS = Pattern.compile("(^|/)[.][.](/|$)");

  private final YamlDocument document;
  private final List<Finding> findings = new ArrayList<>();

  ManifestRules(YamlDocument document) {
    this.document = document;
  }

  List<Finding> check() {
    var root = document.root();
    requireText("apiVersion", root.path("apiVersion"), API_VERSION);
    requireText("kind", root.path("kind"), KIND);
    var name = root.path("metadata").path("name").asText();
    if (!JobName.isValid(name)) {
      error("metadata.name", JobName.RULE);
    }
    if (document.below("spec", "config").isAbsent()) {
      error("spec.config", "is missing; put the LLMForge config there as it stands");
    }
    if (root.path("spec").isObject()) {
      checkSpec(root.path("spec"));
    }
    return List.copyOf(findings);
  }

  private void requireText(String path, JsonNode value, String expected) {
    if (!value.asText().equals(expected)) {
      error(path, "expects %s, found %s".formatted(expected, value.asText()));
    }
  }

  private void checkSpec(JsonNode spec) {
    var mapper = JsonMapper.builder().addHandler(new UnknownFields()).build();
    try {
      mapper.treeToValue(spec, FineTuneJobSpec.class);
    } catch (JsonMappingException e) {
      error("spec" + path(e), e.getOriginalMessage().lines().findFirst().orElse("is not valid"));
    } catch (JsonProcessingException e) {
      error("spec", e.getOriginalMessage());
    }
    var outputs = spec.path("outputs");
    if (outputs.size() > 1) {
      error("spec.outputs", "has %d places; write one".formatted(outputs.size()));
    }
    for (int i = 0; i < outputs.size(); i++) {
      checkOutput("spec.outputs[%d]".formatted(i), outputs.get(i));
    }
  }

  private void checkOutput(String path, JsonNode output) {
    if (output.path("name").asText().isEmpty()) {
      error(path + ".name", "is missing; give the output a name");
    }
    var uri = output.path("uri").asText();
    if (!PLACE.matcher(uri).matches()) {
      error(path + ".uri", "%s, found '%s'".formatted(FineTuneJobSpec.Output.PLACE_RULE, uri));
    } else if (CLIMBS.matcher(uri).find()) {
      error(path + ".uri", "must not leave its volume: remove the '..' from '%s'".formatted(uri));
    }
  }

  private void error(String path, String message) {
    var line = document.line(path);
    findings.add(
        new Finding(Severity.ERROR, path, line.isPresent() ? line.getAsInt() : null, message));
  }

  private static String path(JsonMappingException e) {
    return e.getPath().stream()
        .map(
            step ->
                step.getFieldName() == null
                    ? "[%d]".formatted(step.getIndex())
                    : "." + step.getFieldName())
        .collect(Collectors.joining());
  }

  /** Names every field that the spec does not have, instead of stopping at the first. */
  private final class UnknownFields extends DeserializationProblemHandler {
    @Override
    public boolean handleUnknownProperty(
        DeserializationContext context,
        JsonParser parser,
        JsonDeserializer<?> deserializer,
        Object owner,
        String name)
        throws IOException {
      var known = deserializer.getKnownPropertyNames();
      var names = known == null ? List.of() : new TreeSet<>(known);
      error(
          "spec" + place(parser),
          "is not a field of a FineTuneJob; there are %s"
              .formatted(names.stream().map(Object::toString).collect(Collectors.joining(", "))));
      parser.skipChildren();
      return true;
    }

    private String place(JsonParser parser) {
      return parser
          .getParsingContext()
          .pathAsPointer()
          .toString()
          .replaceAll("/([0-9]+)(?=/|$)", "[$1]")
          .replace('/', '.');
    }
  }
}
