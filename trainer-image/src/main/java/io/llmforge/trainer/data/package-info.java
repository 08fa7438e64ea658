/**
 * From JSON Lines to batches: conversations, their text, tokens and target mask, the order of rows
 * and the layout of the rows of one optimizer step. Everything after reading is a pure function of
 * file, prompt format, tokenizer and seed, so a run can be continued from one integer: the step.
 *
 * <p>Text is rendered as a whole and tokenised once; turns are mapped to tokens by character
 * offsets and the mapping is proved by decoding, row by row, before anything is trained.
 */
@NullMarked
package io.llmforge.trainer.data;

import org.jspecify.annotations.NullMarked;
