package io.llmforge.trainer.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.trainer.checkpoint.AdapterDetails.Bias;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;

/** {@link AdapterDetails} in {@code adapter_config.json}. */
final class AdapterDetailsJson {

  private AdapterDetailsJson() {}

  static void put(AdapterDetails details, ObjectNode json) {
    switch (details.selection().excluded()) {
      case AdapterConfig.Targets.Suffixes suffixes ->
          putList(json, "exclude_modules", suffixes.names());
      case AdapterConfig.Targets.Expression expression ->
          json.put("exclude_modules", expression.regularExpression());
    }
    json.put("bias", details.extras().bias().word());
    var ranks = json.putObject("rank_pattern");
    details.overrides().ranks().forEach(ranks::put);
    var alphas = json.putObject("alpha_pattern");
    details
        .overrides()
        .alphas()
        .forEach((module, alpha) -> alphas.put(module, PeftAdapter.wholeWhenPossible(alpha)));
    putLayers(json, details.selection().layers());
    json.putNull("layers_pattern");
    putList(json, "modules_to_save", details.extras().modules());
  }

  static AdapterDetails of(Path file, JsonNode json) {
    var ranks = new LinkedHashMap<String, Integer>();
    json.path("rank_pattern")
        .properties()
        .forEach(e -> ranks.put(e.getKey(), e.getValue().asInt()));
    var alphas = new LinkedHashMap<String, Double>();
    json.path("alpha_pattern")
        .properties()
        .forEach(e -> alphas.put(e.getKey(), e.getValue().asDouble()));
    var layers = json.path("layers_to_transform");
    return new AdapterDetails(
        new AdapterDetails.Overrides(ranks, alphas),
        new AdapterDetails.Selection(
            PeftAdapter.targets(json.path("exclude_modules")),
            layers.isInt()
                ? List.of(layers.asInt())
                : layers.valueStream().map(JsonNode::asInt).toList()),
        new AdapterDetails.Extras(
            bias(file, json.path("bias").asText("none")),
            json.path("modules_to_save").valueStream().map(JsonNode::asText).toList()));
  }

  private static Bias bias(Path file, String word) {
    return Arrays.stream(Bias.values())
        .filter(bias -> bias.word().equals(word))
        .findFirst()
        .orElseThrow(() -> new TensorFileException(file, "bias '%s' is unknown".formatted(word)));
  }

  private static void putList(ObjectNode json, String key, List<String> names) {
    if (names.isEmpty()) {
      json.putNull(key);
    } else {
      names.forEach(json.putArray(key)::add);
    }
  }

  private static void putLayers(ObjectNode json, List<Integer> layers) {
    if (layers.isEmpty()) {
      json.putNull("layers_to_transform");
    } else {
      layers.forEach(json.putArray("layers_to_transform")::add);
    }
  }
}
