/**
 * Causal language models: from a Hugging Face folder to losses, gradients and written weights.
 *
 * <p>A family of models is data: {@code Families} lists the traits of each, which with {@code
 * config.json} become a {@code DecoderDescription}; what is not known is refused. The layer loop,
 * the life of every tensor and the choice which layers keep their activations are here; arithmetic
 * is in {@code decoder.py} and the files beside it, which know no family: they are told numbers,
 * and see which weights a layer has. A new family is an entry in {@code Families} if its traits
 * exist, and a model in {@code make_families.py} that proves it. Gradients are explicit: a backward
 * call adds to the sums of what is trained, and no autograd graph exists.
 *
 * <p>{@link io.llmforge.trainer.model.CausalLanguageModel} is the way in.
 */
@NullMarked
package io.llmforge.trainer.model;

import org.jspecify.annotations.NullMarked;
