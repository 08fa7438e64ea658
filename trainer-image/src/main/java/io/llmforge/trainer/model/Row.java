package io.llmforge.trainer.model;

import io.llmforge.trainer.torch.Tensor;

/**
 * A packed row on the device.
 *
 * @param tokens what it was made of
 * @param tokenIds [T]
 * @param cosines [T, 1, D/2], restarting with every segment
 * @param sines [T, 1, D/2]
 * @param dropout of the adapters
 */
record Row(
    PackedTokens tokens, Tensor tokenIds, Tensor cosines, Tensor sines, RowDropout dropout) {}
