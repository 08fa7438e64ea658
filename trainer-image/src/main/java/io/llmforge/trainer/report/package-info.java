/**
 * What a run tells the outside: the status endpoint and its metrics, console lines, the metrics
 * file, and the termination message that decides how the run ended.
 */
@NullMarked
package io.llmforge.trainer.report;

import org.jspecify.annotations.NullMarked;
