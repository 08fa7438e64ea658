/**
 * How well labels are predicted: formulas over counts and scores, and nothing else. Every
 * definition is scikit-learn's default where it has one, and says so where it differs.
 */
@NullMarked
package io.llmforge.trainer.metrics;

import org.jspecify.annotations.NullMarked;
