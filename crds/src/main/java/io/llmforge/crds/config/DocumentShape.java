package io.llmforge.crds.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;

/** Recognises documents that are no config, to say what they are instead of what they lack. */
final class DocumentShape {

  private static final Map<String, String> WRAPPERS =
      Map.of(
          "hyperparameters", "the settings of a DSPy fine-tuning job",
          "config", "a wrapped config",
          "finetuning_config", "a wrapped config");

  private static final KeyType.Block KEYS = KeyTypes.of(LlmForgeConfig.class);

  private DocumentShape() {}

  /** Why the document cannot be a config, with the path of what shows it. */
  static Optional<Map.Entry<String, String>> whyNoConfig(JsonNode document) {
    if (!document.isObject()) {
      return refusal("", "a config is a mapping of settings such as model_id: ORG/NAME");
    }
    if (document.has("apiVersion") && document.has("kind")) {
      return refusal(
          "kind",
          "this is a Kubernetes manifest of kind %s; a config is what stands under its spec.config"
              .formatted(document.get("kind").asText()));
    }
    if (document.has("entrypoint") && !document.has("model_id")) {
      return refusal(
          "entrypoint", "this is a job file; the config is the file that its entrypoint names");
    }
    if (!document.isEmpty() && holdsNoKnownKey(document)) {
      return refusal(
          "",
          "none of its keys is a key of LLMForge; is this the right file? A config says at least model_id and train_path");
    }
    return WRAPPERS.keySet().stream()
        .filter(key -> document.path(key).isObject() && !document.has("model_id"))
        .findFirst()
        .flatMap(DocumentShape::wrapped);
  }

  private static boolean holdsNoKnownKey(JsonNode document) {
    return document
        .propertyStream()
        .map(Map.Entry::getKey)
        .noneMatch(
            key ->
                WRAPPERS.containsKey(key)
                    || KEYS.keys().containsKey(key)
                    || KeyNames.guess(key, KEYS.keys().keySet()).isPresent());
  }

  private static Optional<Map.Entry<String, String>> wrapped(String key) {
    return refusal(
        key,
        "this is %s, not a config: move everything under '%s' to the top level, add model_id and train_path, and remove the keys beside it"
            .formatted(WRAPPERS.get(key), key));
  }

  private static Optional<Map.Entry<String, String>> refusal(String path, String message) {
    return Optional.of(Map.entry(path, message));
  }
}
