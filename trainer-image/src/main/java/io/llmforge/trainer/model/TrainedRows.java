package io.llmforge.trainer.model;

import io.llmforge.trainer.torch.Tensor;
import java.util.List;

/**
 * Rows of a frozen matrix that are trained. They are held apart, so that the optimizer keeps state
 * for them alone, and copied into the matrix before it is read: {@code n} rows a pass, whatever the
 * size of the vocabulary.
 *
 * @param module dotted name of the module that the matrix belongs to
 * @param tokens which rows, as PEFT's {@code trainable_token_indices} has them
 * @param matrix [V, C]
 * @param indices [n], the same tokens on the device
 * @param rows [n, C], what replaces them; not a difference
 */
record TrainedRows(
    String module, List<Integer> tokens, Tensor matrix, Tensor indices, Tensor rows) {

  /** PEFT calls them a delta. */
  static final String ROWS = "token_adapter.trainable_tokens_delta";

  /** Ours in the programs; no file holds it. */
  static final String INDICES = "token_adapter.token_indices";

  TrainedRows {
    tokens = List.copyOf(tokens);
  }

  String name() {
    return module + "." + ROWS;
  }
}
