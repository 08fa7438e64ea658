/**
 * Tensors and state to disk and back: safetensors files, weight folders of Transformers, adapter
 * folders of PEFT.
 *
 * <p>Tensors cross this package as {@link io.llmforge.trainer.torch.NamedTensor}, which reads its
 * elements in pieces; a model therefore never exists twice in memory while it is saved or loaded.
 * This package does not know models: {@code model} imports it, never the other way.
 */
@NullMarked
package io.llmforge.trainer.checkpoint;

import org.jspecify.annotations.NullMarked;
