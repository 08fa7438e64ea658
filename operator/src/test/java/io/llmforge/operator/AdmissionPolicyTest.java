package io.llmforge.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.cel.bundle.Cel;
import dev.cel.bundle.CelFactory;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.extensions.CelExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The limit of GPUs, its expressions evaluated as the API server does. */
class AdmissionPolicyTest {

  private static final ObjectMapper YAML = new YAMLMapper();
  private static final Cel CEL =
      CelFactory.standardCelBuilder()
          .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
          .addVar("object", SimpleType.DYN)
          .addVar("oldObject", SimpleType.DYN)
          .addVar("namespaceObject", SimpleType.DYN)
          .addVar("variables", SimpleType.DYN)
          .addCompilerLibraries(CelExtensions.strings())
          .addRuntimeLibraries(CelExtensions.strings())
          .build();

  private static final String WITH_4 = "{llmforge.io/max-gpus: '4'}";

  static Stream<Arguments> requests() {
    // labels, limit without a label, config, config before, what the refusal says
    return Stream.of(
        row("{}", "", "{num_devices: 1000}", null, null),
        row("null", "", "{num_devices: 1000}", null, null),
        row(WITH_4, "", "{}", null, null),
        row(WITH_4, "", "{num_devices: 4}", null, null),
        row(WITH_4, "", "{num_devices: null}", null, null),
        row(WITH_4, "", "{num_devices: 5}", null, "asks for 5 GPUs"),
        row(WITH_4, "", "{num_devices: 5}", null, "may have 4"),
        row(WITH_4, "", "{preference_tuning_config: null}", null, null),
        row(WITH_4, "", scoring("{}"), null, null),
        row(WITH_4, "", scoring("null"), null, null),
        row(WITH_4, "", scoring("{concurrency: null}"), null, null),
        row(WITH_4, "", scoring("{concurrency: 4}"), null, null),
        row(WITH_4, "", scoring("{concurrency: 16}"), null, "asks for 16 GPUs"),
        row("{llmforge.io/max-gpus: '0'}", "", "{}", null, "asks for 1 GPUs"),
        row("{llmforge.io/max-gpus: many}", "", "{}", null, "must be a number, not \"many\""),
        row("{llmforge.io/max-gpus: '-1'}", "", "{}", null, "must be a number"),
        row("{}", "2", "{num_devices: 3}", null, "may have 2"),
        row("{}", "2", "{num_devices: 2}", null, null),
        row(WITH_4, "2", "{num_devices: 3}", null, null),
        row(WITH_4, "", "{num_devices: 8}", "{num_devices: 8}", null),
        row(WITH_4, "", "{num_devices: 8}", "{num_devices: 2}", "asks for 8 GPUs"));
  }

  @ParameterizedTest
  @MethodSource("requests")
  void jobsBeyondTheLimitAreRefused(
      String labels, String defaultLimit, String config, Optional<String> old, Optional<String> why)
      throws Exception {
    Map<String, Object> request = new HashMap<>();
    request.put("object", read("{spec: {config: %s}}".formatted(config)));
    request.put(
        "oldObject", old.isEmpty() ? null : read("{spec: {config: %s}}".formatted(old.get())));
    request.put(
        "namespaceObject",
        read(
            labels.equals("null")
                ? "{metadata: {name: team-a}}"
                : "{metadata: {name: team-a, labels: %s}}".formatted(labels)));

    Optional<String> refusal = refusal(policy(defaultLimit).get("spec"), request);

    assertThat(refusal.isPresent()).as(() -> refusal.toString()).isEqualTo(why.isPresent());
    why.ifPresent(text -> assertThat(refusal.orElseThrow()).contains(text).contains("team-a"));
  }

  static Stream<Arguments> references() {
    // config, reference, config before, reference before, what the refusal says
    String fits = scoring("{concurrency: 2}", 2);
    String larger = scoring("{concurrency: 3}", 2);
    return Stream.of(
        streamed(larger, "{mode: Sequential}", null, null, null),
        streamed(larger, "{mode: null}", null, null, null),
        streamed(larger, "null", null, null, null),
        streamed(fits, "{mode: Streaming}", null, null, null),
        streamed(larger, "{mode: Streaming}", null, null, "asks for 5 GPUs (num_devices and,"),
        streamed(scoring("null", 4), "{mode: Streaming}", null, null, "asks for 5 GPUs"),
        streamed("{num_devices: 4}", "{mode: Streaming}", null, null, null),
        streamed(larger, "{mode: Streaming}", larger, "{mode: Streaming}", null),
        streamed(larger, "{mode: Streaming}", larger, "{}", "asks for 5 GPUs"),
        streamed(larger, "{mode: Streaming}", larger, "null", "asks for 5 GPUs"),
        streamed(larger, "{}", larger, "{mode: Streaming}", null));
  }

  @ParameterizedTest
  @MethodSource("references")
  void whatTrainsAndScoresAtOnceCountsTogether(
      String config, String reference, Optional<String> old, String oldMode, Optional<String> why)
      throws Exception {
    Map<String, Object> request = new HashMap<>();
    request.put("object", streaming(config, reference));
    request.put("oldObject", old.isEmpty() ? null : streaming(old.get(), oldMode));
    request.put("namespaceObject", read("{metadata: {name: a, labels: %s}}".formatted(WITH_4)));

    Optional<String> refusal = refusal(policy("").get("spec"), request);

    assertThat(refusal.isPresent()).as(() -> refusal.toString()).isEqualTo(why.isPresent());
    why.ifPresent(text -> assertThat(refusal.orElseThrow()).contains(text));
  }

  private static Object streaming(String config, String reference) throws IOException {
    return read("{spec: {config: %s, reference: %s}}".formatted(config, reference));
  }

  private static Arguments streamed(
      String config, String reference, String old, String oldReference, String why) {
    return Arguments.of(
        config, reference, Optional.ofNullable(old), oldReference, Optional.ofNullable(why));
  }

  private static String scoring(String scaling, int devices) {
    return "{num_devices: %d, preference_tuning_config: {logprob_processor_scaling_config: %s}}"
        .formatted(devices, scaling);
  }

  @Test
  void policyIsBoundToCreationsAndChangesOfFineTuneJobs() throws IOException {
    List<JsonNode> objects =
        RenderedChart.render(command -> command.set("admissionPolicy.enabled", true));
    JsonNode policy = RenderedChart.only(objects, "ValidatingAdmissionPolicy");
    JsonNode binding = RenderedChart.only(objects, "ValidatingAdmissionPolicyBinding");

    assertThat(binding.at("/spec/policyName")).isEqualTo(policy.at("/metadata/name"));
    assertThat(binding.at("/spec/validationActions/0").asText()).isEqualTo("Deny");
    assertThat(policy.at("/spec/failurePolicy").asText()).isEqualTo("Fail");
    JsonNode rule = policy.at("/spec/matchConstraints/resourceRules/0");
    assertThat(rule.toString())
        .isEqualTo(
            "{\"apiGroups\":[\"llmforge.io\"],\"apiVersions\":[\"*\"],"
                + "\"operations\":[\"CREATE\",\"UPDATE\"],\"resources\":[\"finetunejobs\"]}");
  }

  @Test
  void thereIsNoPolicyUnlessAskedFor() throws IOException {
    assertThat(RenderedChart.kinds(RenderedChart.render(command -> command)))
        .doesNotContain("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding");
  }

  private static JsonNode policy(String defaultLimit) throws IOException {
    return RenderedChart.only(
        RenderedChart.render(
            command ->
                command
                    .set("admissionPolicy.enabled", true)
                    .set("admissionPolicy.defaultMaxGpus", defaultLimit)),
        "ValidatingAdmissionPolicy");
  }

  // Variables are evaluated in order and see the ones before them.
  private static Optional<String> refusal(JsonNode spec, Map<String, Object> request)
      throws CelValidationException, CelEvaluationException {
    Map<String, Object> variables = new HashMap<>();
    request.put("variables", variables);
    for (JsonNode variable : spec.get("variables")) {
      variables.put(
          variable.get("name").asText(), evaluate(variable.get("expression").asText(), request));
    }
    for (JsonNode validation : spec.get("validations")) {
      if (!Boolean.TRUE.equals(evaluate(validation.get("expression").asText(), request))) {
        return Optional.of(
            (String) evaluate(validation.get("messageExpression").asText(), request));
      }
    }
    return Optional.empty();
  }

  private static Object evaluate(String expression, Map<String, Object> request)
      throws CelValidationException, CelEvaluationException {
    CelRuntime.Program program = CEL.createProgram(CEL.compile(expression).getAst());
    return program.eval(request);
  }

  private static Object read(String yaml) throws IOException {
    return value(YAML.readTree(yaml));
  }

  // Integers are 64 bits wide in CEL, and null is a value of its own.
  private static Object value(JsonNode node) {
    return switch (node.getNodeType()) {
      case OBJECT -> {
        Map<String, Object> map = new HashMap<>();
        node.propertyStream().forEach(field -> map.put(field.getKey(), value(field.getValue())));
        yield map;
      }
      case NUMBER -> node.longValue();
      case NULL -> dev.cel.common.values.NullValue.NULL_VALUE;
      case STRING -> node.textValue();
      default -> throw new IllegalArgumentException("not in this test: " + node);
    };
  }

  private static String scoring(String scaling) {
    return "{preference_tuning_config: {logprob_processor_scaling_config: %s}}".formatted(scaling);
  }

  private static Arguments row(
      String labels, String defaultLimit, String config, String old, String why) {
    return Arguments.of(
        labels, defaultLimit, config, Optional.ofNullable(old), Optional.ofNullable(why));
  }
}
