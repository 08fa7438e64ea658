package io.llmforge.crds.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.crds.config.Finding.Severity;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** What an adapter must say, and which of PEFT's variants the trainer has. */
final class LoraRules {

  private static final Set<String> BIASES = Set.of("all", "lora_only");
  private static final Set<String> STARTS = Set.of("true", "gaussian");

  private final Findings findings;

  LoraRules(Findings findings) {
    this.findings = findings;
  }

  void check(LlmForgeConfig config, JsonNode written) {
    var lora = config.loraConfig();
    if (lora == null) {
      if (config.initialAdapterModelCkptPath() != null && !written.hasNonNull("lora_config")) {
        findings.error(
            "initial_adapter_model_ckpt_path",
            "is the start of a LoRA adapter and needs lora_config");
      }
      return;
    }
    checkTargets(lora.targetModules());
    checkLayers(lora);
    checkRanks(lora.rankPattern());
    checkAlphas(lora.alphaPattern());
    checkVariant(lora);
    if (lora.taskType() != null && !lora.taskType().equals("CAUSAL_LM")) {
      findings.add(Severity.IGNORED, "lora_config.task_type", "has no effect here: task decides");
    }
  }

  private void checkTargets(@Nullable JsonNode targets) {
    if (targets != null && (targets.isArray() ? targets.isEmpty() : targets.asText().isBlank())) {
      findings.error(
          "lora_config.target_modules",
          "is empty; name modules such as q_proj, or write all-linear");
    }
  }

  private void checkLayers(LoraConfig lora) {
    var layers = lora.layersToTransform();
    if (layers == null || layers.isEmpty()) {
      return;
    }
    var targets = lora.targetModules();
    if (targets != null && targets.isTextual() && !targets.asText().equals("all-linear")) {
      findings.error(
          "lora_config.layers_to_transform",
          "has no meaning beside a regular expression; let target_modules say which layers");
    }
    if (layers.stream().anyMatch(layer -> layer < 0)) {
      findings.error(
          "lora_config.layers_to_transform",
          "holds a negative number; layers count from 0, so write one that the model has");
    }
  }

  private void checkRanks(@Nullable Map<String, Integer> ranks) {
    if (ranks != null) {
      checkPatterns("rank_pattern", ranks.keySet());
      if (ranks.values().stream().anyMatch(rank -> rank < 1)) {
        findings.error(
            "lora_config.rank_pattern", "holds a rank below 1; exclude_modules leaves modules out");
      }
    }
  }

  private void checkAlphas(@Nullable Map<String, Double> alphas) {
    if (alphas != null) {
      checkPatterns("alpha_pattern", alphas.keySet());
      if (alphas.values().stream().anyMatch(alpha -> !(alpha > 0))) {
        findings.error(
            "lora_config.alpha_pattern", "holds a scale that is not above 0; write a positive one");
      }
    }
  }

  private void checkPatterns(String key, Set<String> patterns) {
    for (var pattern : patterns) {
      try {
        Pattern.compile(pattern);
      } catch (PatternSyntaxException malformed) {
        findings.error(
            "lora_config." + key,
            "'%s' is not a regular expression (%s); write the end of a module's name"
                .formatted(pattern, malformed.getDescription()));
      }
    }
  }

  private void checkVariant(LoraConfig lora) {
    var isBiased = lora.bias() != null && !lora.bias().equals("none");
    if (isBiased && !BIASES.contains(lora.bias())) {
      refuse("bias", "write none, all or lora_only");
    }
    if (isBiased && lora.modulesToSave() != null && !lora.modulesToSave().isEmpty()) {
      refuse("bias", "write none beside modules_to_save, whose biases are trained with them");
    }
    if (Boolean.TRUE.equals(lora.fanInFanOut())) {
      refuse("fan_in_fan_out", "write false; the supported models store no weight transposed");
    }
    var start = lora.initLoraWeights();
    if (start != null && !STARTS.contains(start.asText())) {
      refuse("init_lora_weights", "write true or gaussian, which start the adapter at zero");
    }
  }

  private void refuse(String key, String instead) {
    findings.error(
        "lora_config." + key, "asks for what this trainer cannot train; %s".formatted(instead));
  }
}
