/**
 * AdamW, the global gradient norm and learning-rate schedules, as PyTorch and Transformers define
 * them.
 */
@NullMarked
package io.llmforge.trainer.optim;

import org.jspecify.annotations.NullMarked;
