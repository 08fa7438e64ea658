/**
 * The thirty golden tests: each compares the trainer with numbers recorded from the reference stack
 * and leaves its worst error against its bound in {@code target/conformance}, from which {@code
 * docs/conformance.md} is made.
 */
@NullMarked
package io.llmforge.trainer.conformance;

import org.jspecify.annotations.NullMarked;
