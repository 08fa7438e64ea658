/** The entry point of a trainer pod: arguments, environment, signals and exit codes. */
@NullMarked
package io.llmforge.trainer;

import org.jspecify.annotations.NullMarked;
