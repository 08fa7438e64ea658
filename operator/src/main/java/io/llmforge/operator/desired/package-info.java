/**
 * Describes the objects a run consists of: pure builders, one class per object. None of them is
 * ever updated; what changes gets a new name.
 */
@NullMarked
package io.llmforge.operator.desired;

import org.jspecify.annotations.NullMarked;
