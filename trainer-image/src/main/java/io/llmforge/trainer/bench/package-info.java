/**
 * {@code ./llmforge bench}: what a training step of a model with 100 million parameters costs on
 * this machine, against the matrix products that the machine can do at best.
 */
@NullMarked
package io.llmforge.trainer.bench;

import org.jspecify.annotations.NullMarked;
