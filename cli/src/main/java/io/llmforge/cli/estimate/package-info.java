/**
 * What a run would come to, told by the trainer itself: its process is started with the command
 * {@code estimate}, so that rows are counted by the run's own tokenizer and memory is planned by
 * the planner that the run will use. Moving the planner here instead would have dragged tokenizers,
 * model descriptions and libtorch's device along.
 */
@NullMarked
package io.llmforge.cli.estimate;

import org.jspecify.annotations.NullMarked;
