/**
 * One training run, readable top to bottom in {@link io.llmforge.trainer.recipe.TrainingRecipe}:
 * rows, model, steps, evaluations, checkpoints, publication. Everything it needs comes in through
 * its plan and its {@link io.llmforge.trainer.recipe.RunSurroundings}; what it knows of the outside
 * is a request to stop.
 */
@NullMarked
package io.llmforge.trainer.recipe;

import org.jspecify.annotations.NullMarked;
