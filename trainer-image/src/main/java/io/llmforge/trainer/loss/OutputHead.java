package io.llmforge.trainer.loss;

import io.llmforge.trainer.torch.Tensor;
import java.util.Map;

/**
 * The output head as the loss sees it.
 *
 * @param weights by name: "weight" [V, C] and, when adapted, "lora_A.weight" [r, C],
 *     "lora_B.weight" [V, r] and "lora_scale" [1]; "soft_cap" [1] when logits are capped;
 *     "token_adapter.token_indices" [n] of the rows that are trained where "weight" is frozen
 * @param gradients sums to add to, by the same names; an absent name is frozen
 * @param rowsPerChunk rows whose logits exist at once
 */
public record OutputHead(
    Map<String, Tensor> weights, Map<String, Tensor> gradients, int rowsPerChunk) {

  public OutputHead {
    weights = Map.copyOf(weights);
    gradients = Map.copyOf(gradients);
    if (rowsPerChunk < 1) {
      throw new IllegalArgumentException("rowsPerChunk must be at least 1, was " + rowsPerChunk);
    }
  }
}
