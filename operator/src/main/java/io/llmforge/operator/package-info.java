/**
 * The operator: a FineTuneJob becomes objects, and what becomes of them its status. {@code observe
 * -> decide -> desired -> report}; this package carries out what they say, and is the only one that
 * writes.
 */
@NullMarked
package io.llmforge.operator;

import org.jspecify.annotations.NullMarked;
