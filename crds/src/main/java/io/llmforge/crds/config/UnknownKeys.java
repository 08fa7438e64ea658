package io.llmforge.crds.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.crds.config.Finding.Severity;
import java.util.Map;
import java.util.Optional;

/**
 * Reports keys that LLMForge never had. One that was surely meant to be a known key is an error:
 * going on would train with a setting the writer believes changed. Any other is a warning, as real
 * configs carry stray keys.
 */
final class UnknownKeys {

  private static final String LORA = "lora_config";
  private static final KeyType.Block TOP = KeyTypes.of(LlmForgeConfig.class);

  private final Findings findings;

  UnknownKeys(Findings findings) {
    this.findings = findings;
  }

  void report(KeyType.Block block, String path, String key, JsonNode value) {
    var place = path.isEmpty() ? key : path + "." + key;
    if (path.equals(LORA) && PeftKeys.report(findings, key, value)) {
      return;
    }
    var guess = KeyNames.guess(key, block.keys().keySet());
    if (guess.isPresent() && guess.get().isLikely()) {
      findings.error(
          place, "is not an LLMForge key; did you mean %s?".formatted(guess.get().name()));
      return;
    }
    var home = homeOf(key).filter(where -> !where.equals(path));
    if (home.isPresent()) {
      findings.error(place, "does not belong here; move it to " + homeName(home.get()));
      return;
    }
    var maybe = guess.map(near -> "; did you mean " + near.name() + "?").orElse(". Remove it");
    findings.add(
        Severity.WARNING, place, "is not an LLMForge key and has no effect%s".formatted(maybe));
  }

  /** The path of the one block that has such a key, "" for the top. */
  private static Optional<String> homeOf(String key) {
    if (TOP.keys().containsKey(key)) {
      return Optional.of("");
    }
    return TOP.keys().entrySet().stream()
        .filter(
            entry ->
                entry.getValue() instanceof KeyType.Block nested && nested.keys().containsKey(key))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  private static String homeName(String path) {
    return path.isEmpty() ? "the top level" : path;
  }
}
