package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.crds.config.LlmForgeConfig.LoraConfig;
import io.llmforge.crds.plan.Tuning;
import io.llmforge.crds.plan.Tuning.Targets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code lora_config}, which LLMForge handed to PEFT as it stood (llmforge.md section 1.3).
 * Defaults are therefore PEFT's: rank 8, alpha 8, no dropout, targets {@code q_proj} and {@code
 * v_proj} for the families this version trains.
 */
final class TuningReader {

  private static final int DEFAULT_RANK = 8;
  private static final double DEFAULT_ALPHA = 8;
  private static final String ALL_LINEAR = "all-linear";
  private static final List<String> DEFAULT_TARGETS = List.of("q_proj", "v_proj");

  private TuningReader() {}

  static Tuning read(@Nullable LoraConfig lora) {
    if (lora == null) {
      return new Tuning.FullParameter();
    }
    return new Tuning.Lora(
        requireNonNullElse(lora.r(), DEFAULT_RANK),
        requireNonNullElse(lora.loraAlpha(), DEFAULT_ALPHA),
        requireNonNullElse(lora.loraDropout(), 0.0),
        targets(lora.targetModules()),
        requireNonNullElse(lora.useRslora(), false));
  }

  private static Targets targets(@Nullable JsonNode modules) {
    if (modules == null || modules.isNull()) {
      return new Targets.Names(DEFAULT_TARGETS);
    }
    if (modules.isTextual()) {
      return modules.asText().equals(ALL_LINEAR)
          ? new Targets.AllLinear()
          : new Targets.Pattern(modules.asText());
    }
    List<String> names = new ArrayList<>();
    modules.forEach(name -> names.add(name.asText()));
    return new Targets.Names(names);
  }
}
