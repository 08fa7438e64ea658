/**
 * {@code ./llmforge scale}: the packaged operator with many FineTuneJobs at once, on a local
 * cluster whose pods only pretend to run.
 */
@NullMarked
package io.llmforge.cli.scale;

import org.jspecify.annotations.NullMarked;
