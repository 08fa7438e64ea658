package io.llmforge.trainer.model;

/**
 * What evaluation adds up.
 *
 * @param negativeLogLikelihood over all targets, in nats
 * @param targets how many there were
 * @param correct targets that were the most likely token
 */
public record EvaluationSum(double negativeLogLikelihood, long targets, long correct) {

  public static final EvaluationSum ZERO = new EvaluationSum(0, 0, 0);

  public EvaluationSum plus(EvaluationSum other) {
    return new EvaluationSum(
        negativeLogLikelihood + other.negativeLogLikelihood,
        targets + other.targets,
        correct + other.correct);
  }
}
