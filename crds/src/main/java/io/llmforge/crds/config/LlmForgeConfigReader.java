package io.llmforge.crds.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;

/** Reads LLMForge configs as LLMForge did: forgiving about form, exact about meaning. */
public final class LlmForgeConfigReader {

  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  /** Reads the {@code spec.config} of a FineTuneJob. */
  public ConfigReading read(JsonNode config) {
    try {
      return new ConfigReading.Accepted(
          MAPPER.treeToValue(config, LlmForgeConfig.class), List.of());
    } catch (JsonProcessingException e) {
      return new ConfigReading.Refused(
          List.of(new Finding(Finding.Severity.ERROR, "", null, e.getOriginalMessage())));
    }
  }
}
