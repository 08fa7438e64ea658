package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.llmforge.crds.config.LoraConfig;
import io.llmforge.crds.plan.LoraDetails;
import io.llmforge.crds.plan.LoraDetails.Bias;
import io.llmforge.crds.plan.LoraDetails.InitialValues;
import io.llmforge.crds.plan.Tuning;
import io.llmforge.crds.plan.Tuning.Targets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code lora_config}, which LLMForge handed to PEFT as it stood (llmforge.md section 1.3).
 * Defaults are therefore PEFT's: rank 8, alpha 8, no dropout, and the targets of the model's
 * family, which the trainer knows.
 */
final class TuningReader {

  private static final int DEFAULT_RANK = 8;
  private static final double DEFAULT_ALPHA = 8;
  private static final String ALL_LINEAR = "all-linear";

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
        requireNonNullElse(lora.useRslora(), false),
        details(lora));
  }

  private static LoraDetails details(LoraConfig lora) {
    return new LoraDetails(
        new LoraDetails.Overrides(
            requireNonNullElse(lora.rankPattern(), Map.of()),
            requireNonNullElse(lora.alphaPattern(), Map.of())),
        selection(lora),
        new LoraDetails.Extras(
            bias(requireNonNullElse(lora.bias(), "none")),
            requireNonNullElse(lora.modulesToSave(), List.of())),
        lora.initLoraWeights() != null && lora.initLoraWeights().asText().equals("gaussian")
            ? InitialValues.GAUSSIAN
            : InitialValues.KAIMING_UNIFORM);
  }

  private static LoraDetails.Selection selection(LoraConfig lora) {
    JsonNode excluded = requireNonNullElse(lora.excludeModules(), MissingNode.getInstance());
    return new LoraDetails.Selection(
        names(excluded),
        excluded.isTextual() ? excluded.asText() : "",
        requireNonNullElse(lora.layersToTransform(), List.of()));
  }

  /** Other words are refused when the config is read. */
  private static Bias bias(String written) {
    return switch (written) {
      case "all" -> Bias.ALL;
      case "lora_only" -> Bias.LORA_ONLY;
      default -> Bias.NONE;
    };
  }

  private static Targets targets(@Nullable JsonNode modules) {
    if (modules == null || modules.isNull()) {
      return new Targets.FamilyDefault();
    }
    if (modules.isTextual()) {
      return modules.asText().equals(ALL_LINEAR)
          ? new Targets.AllLinear()
          : new Targets.Pattern(modules.asText());
    }
    return new Targets.Names(names(modules));
  }

  private static List<String> names(JsonNode modules) {
    List<String> names = new ArrayList<>();
    modules.forEach(name -> names.add(name.asText()));
    return names;
  }
}
