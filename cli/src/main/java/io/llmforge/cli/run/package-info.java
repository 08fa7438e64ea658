/** {@code ./llmforge run}: one FineTuneJob on a cluster of its own, watched until it ends. */
@NullMarked
package io.llmforge.cli.run;

import org.jspecify.annotations.NullMarked;
