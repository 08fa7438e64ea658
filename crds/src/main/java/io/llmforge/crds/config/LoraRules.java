package io.llmforge.crds.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.crds.config.Finding.Severity;
import io.llmforge.crds.config.LlmForgeConfig.LoraConfig;
import org.jspecify.annotations.Nullable;

/** What an adapter must say, and which of PEFT's variants the trainer has. */
final class LoraRules {

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

  private void checkVariant(LoraConfig lora) {
    if (lora.modulesToSave() != null && !lora.modulesToSave().isEmpty()) {
      refuse("modules_to_save", "write [] and target the modules with target_modules instead");
    }
    if (lora.bias() != null && !lora.bias().equals("none")) {
      refuse("bias", "write none");
    }
    if (Boolean.TRUE.equals(lora.fanInFanOut())) {
      refuse("fan_in_fan_out", "write false; the supported models store no weight transposed");
    }
    var start = lora.initLoraWeights();
    if (start != null && !start.asText().equals("true")) {
      refuse("init_lora_weights", "write true, which starts the adapter at zero");
    }
  }

  private void refuse(String key, String instead) {
    findings.error(
        "lora_config." + key, "asks for what this trainer cannot train; %s".formatted(instead));
  }
}
