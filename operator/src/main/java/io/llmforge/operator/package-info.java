/**
 * The operator: a FineTuneJob becomes objects, and what becomes of them its status. {@code observe
 * -> decide -> desired -> report}; this package creates what is desired and wires the parts.
 */
@NullMarked
package io.llmforge.operator;

import org.jspecify.annotations.NullMarked;
