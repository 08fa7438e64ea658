package io.llmforge.trainer.tracking;

import java.util.Map;

/**
 * What a run is, for a tracking server.
 *
 * @param key tells it from all others, the same in every attempt; letters, digits and dashes
 * @param name what people call it
 * @param parameters what it is made with: text or numbers
 * @param tags what else is said about it
 */
public record RunDescription(
    String key, String name, Map<String, Object> parameters, Map<String, String> tags) {

  public RunDescription {
    parameters = Map.copyOf(parameters);
    tags = Map.copyOf(tags);
  }
}
