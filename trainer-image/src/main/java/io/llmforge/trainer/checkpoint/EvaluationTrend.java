package io.llmforge.trainer.checkpoint;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * Whether evaluations still improve.
 *
 * @param best the lowest evaluation loss, or null before the first evaluation
 * @param withoutImprovement evaluations in a row that were not better
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EvaluationTrend(@Nullable Double best, int withoutImprovement) {

  /** Before the first evaluation. */
  public static final EvaluationTrend INITIAL = new EvaluationTrend(null, 0);

  /**
   * After one more evaluation, as Transformers' callback counts: better is lower by more than the
   * threshold, while the best is replaced by whatever is lower at all.
   */
  public EvaluationTrend after(double loss, double threshold) {
    boolean isBetter = best == null || (loss < best && best - loss > threshold);
    return new EvaluationTrend(
        best == null ? loss : Math.min(best, loss), isBetter ? 0 : withoutImprovement + 1);
  }
}
