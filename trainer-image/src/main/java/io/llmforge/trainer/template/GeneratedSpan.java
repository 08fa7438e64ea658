package io.llmforge.trainer.template;

/**
 * A part of a rendered text that a {@code generation} block wrote, in UTF-16 units.
 *
 * @param start first unit
 * @param end unit after the last
 */
public record GeneratedSpan(int start, int end) {}
