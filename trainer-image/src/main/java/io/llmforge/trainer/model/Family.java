package io.llmforge.trainer.model;

import java.util.Map;
import java.util.Set;

/**
 * A family of decoders.
 *
 * @param name what its classes begin with in Transformers
 * @param modelType {@code model_type} in {@code config.json}
 * @param defaults what Transformers 5.18 takes an absent key of {@code config.json} for, where that
 *     is neither null, zero nor false, nor the same in all families
 * @param traits how it differs from the block of the first llama
 */
record Family(
    String name, String modelType, Map<String, Object> defaults, Set<FamilyTrait> traits) {

  Family {
    defaults = Map.copyOf(defaults);
    traits = Set.copyOf(traits);
  }

  /** As {@code config.json} names it. */
  String architecture() {
    return name + "ForCausalLM";
  }

  boolean has(FamilyTrait trait) {
    return traits.contains(trait);
  }
}
