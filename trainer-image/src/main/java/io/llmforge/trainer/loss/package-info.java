/**
 * The training loss: cross entropy of the output head, with its gradient made while the logits are
 * at hand. One formula, in {@code cross_entropy.py}.
 */
@NullMarked
package io.llmforge.trainer.loss;

import org.jspecify.annotations.NullMarked;
