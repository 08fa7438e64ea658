/** The {@code llmforge} command: one class per subcommand. */
@NullMarked
package io.llmforge.cli;

import org.jspecify.annotations.NullMarked;
