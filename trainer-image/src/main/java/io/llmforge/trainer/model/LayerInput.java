package io.llmforge.trainer.model;

import io.llmforge.trainer.torch.Tensor;
import java.util.List;

/**
 * What a layer's backward pass starts from.
 *
 * @param row the row
 * @param kept what the forward pass gave besides its output
 */
record LayerInput(Row row, List<Tensor> kept) {}
