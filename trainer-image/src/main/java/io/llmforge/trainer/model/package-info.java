/**
 * Causal language models: from a Hugging Face folder to losses, gradients and written weights.
 *
 * <p>A family of models is data, read from {@code config.json}; what is not known is refused. The
 * layer loop, the life of every tensor and the choice which layers keep their activations are here;
 * arithmetic is in {@code decoder.py}. Gradients are explicit: a backward call adds to the sums of
 * what is trained, and no autograd graph exists.
 *
 * <p>{@link io.llmforge.trainer.model.CausalLanguageModel} is the way in.
 */
@NullMarked
package io.llmforge.trainer.model;

import org.jspecify.annotations.NullMarked;
