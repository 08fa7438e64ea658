package io.llmforge.crds.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.crds.config.Finding.Severity;
import java.util.Set;

/** Keys of PEFT's LoraConfig beyond those the trainer knows. */
final class PeftKeys {

  /** They say how PEFT runs or stores an adapter, not what is learned. */
  private static final Set<String> WITHOUT_EFFECT =
      Set.of(
          "auto_mapping",
          "base_model_name_or_path",
          "inference_mode",
          "megatron_config",
          "megatron_core",
          "peft_version",
          "qalora_group_size",
          "revision",
          "runtime_config");

  /** They change what is learned, unless they have PEFT's default. */
  private static final Set<String> NOT_SUPPORTED =
      Set.of(
          "alora_invocation_tokens",
          "arrow_config",
          "corda_config",
          "ensure_weight_tying",
          "eva_config",
          "kasa_config",
          "layer_replication",
          "layers_pattern",
          "loftq_config",
          "lora_bias",
          "lora_ga_config",
          "monteclora_config",
          "peft_type",
          "target_parameters",
          "trainable_token_indices",
          "use_bdlora",
          "use_dora",
          "use_qalora",
          "velora_config");

  private PeftKeys() {}

  /** Reports the key if PEFT has it. */
  static boolean report(Findings findings, String key, JsonNode value) {
    var place = "lora_config." + key;
    if (WITHOUT_EFFECT.contains(key)) {
      findings.add(
          Severity.IGNORED, place, "has no effect here: it does not change what is learned");
      return true;
    }
    if (!NOT_SUPPORTED.contains(key)) {
      return false;
    }
    if (!isDefault(key, value)) {
      findings.error(
          place, "asks for an adapter that this trainer cannot train; remove it for plain LoRA");
    }
    return true;
  }

  private static boolean isDefault(String key, JsonNode value) {
    return value.isNull()
        || (value.isBoolean() && !value.booleanValue())
        || (value.isContainerNode() && value.isEmpty())
        || (key.equals("peft_type") && value.asText().equals("LORA"));
  }
}
