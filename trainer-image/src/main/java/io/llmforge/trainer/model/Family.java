package io.llmforge.trainer.model;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** A family of decoders with the llama block, and how its members differ. */
enum Family {
  LLAMA("LlamaForCausalLM", "llama", false),
  QWEN2("Qwen2ForCausalLM", "qwen2", true);

  private final String architecture;
  private final String modelType;
  private final boolean queryKeyValueBias;

  Family(String architecture, String modelType, boolean queryKeyValueBias) {
    this.architecture = architecture;
    this.modelType = modelType;
    this.queryKeyValueBias = queryKeyValueBias;
  }

  /** Whether q, k and v always have a bias and o never; otherwise the configuration says. */
  boolean hasFixedAttentionBias() {
    return queryKeyValueBias;
  }

  static Optional<Family> ofArchitecture(String architecture) {
    return Arrays.stream(values()).filter(f -> f.architecture.equals(architecture)).findFirst();
  }

  static Optional<Family> ofModelType(String modelType) {
    return Arrays.stream(values()).filter(f -> f.modelType.equals(modelType)).findFirst();
  }

  static String known() {
    return Arrays.stream(values()).map(f -> f.architecture).collect(Collectors.joining(", "));
  }
}
