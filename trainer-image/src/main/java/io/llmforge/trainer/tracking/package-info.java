/**
 * What a run measures, where people compare runs: TensorBoard event files in the workspace, and a
 * tracking server. A server that fails never fails a run.
 */
@NullMarked
package io.llmforge.trainer.tracking;

import org.jspecify.annotations.NullMarked;
