package io.llmforge.trainer.loss;

/**
 * The loss of a preference pair, a function of the log-ratios of its two answers: {@code r = log
 * p(answer) - log q(answer)}, where q is the model that training starts from, summed over the
 * answer's tokens. {@code d = r(chosen) - r(rejected)}, {@code s} is the logistic function.
 */
public sealed interface PreferenceLoss {

  /** How firmly the model is held to the one it starts from; rewards are {@code beta r}. */
  double beta();

  PairLoss of(LogRatios ratios);

  /**
   * Direct preference optimisation, {@code -log s(beta d)} (Rafailov et al. 2023, equation 7); with
   * label smoothing {@code e} the conservative form {@code -(1 - e) log s(beta d) - e log s(-beta
   * d)} (Mitchell 2023, "A note on DPO with noisy preferences"). TRL ignores label smoothing here.
   *
   * @param labelSmoothing e: share of pairs assumed to be labelled the wrong way round
   */
  record Sigmoid(double beta, double labelSmoothing) implements PreferenceLoss {
    @Override
    public PairLoss of(LogRatios ratios) {
      double x = beta * ratios.difference();
      double value = -(1 - labelSmoothing) * logLogistic(x) - labelSmoothing * logLogistic(-x);
      return PairLoss.ofDifference(value, beta * (logistic(x) - (1 - labelSmoothing)));
    }
  }

  /**
   * {@code (-(1 - e) log s(beta d) + e log s(-beta d)) / (1 - 2e)}, whose mean under label noise is
   * that of the loss without noise (Chowdhury et al. 2024, equation 12).
   *
   * @param labelSmoothing e: share of pairs labelled the wrong way round, below one half
   */
  record Robust(double beta, double labelSmoothing) implements PreferenceLoss {
    @Override
    public PairLoss of(LogRatios ratios) {
      double x = beta * ratios.difference();
      double scale = 1 - 2 * labelSmoothing;
      double value = (-(1 - labelSmoothing) * logLogistic(x) + labelSmoothing * logLogistic(-x));
      return PairLoss.ofDifference(
          value / scale, beta * (logistic(x) - (1 - labelSmoothing) / scale));
    }
  }

  /** {@code max(0, 1 - beta d)} (Zhao et al. 2023, SLiC-HF, without its regularisation). */
  record Hinge(double beta) implements PreferenceLoss {
    @Override
    public PairLoss of(LogRatios ratios) {
      double slack = 1 - beta * ratios.difference();
      return PairLoss.ofDifference(Math.max(0, slack), slack > 0 ? -beta : 0);
    }
  }

  /**
   * Identity preference optimisation, {@code (r(chosen)/n(chosen) - r(rejected)/n(rejected) - 1 /
   * (2 beta))^2} with n tokens of an answer (Azar et al. 2023, equation 17; the lengths as in TRL,
   * whose authors agreed on them with those of the paper).
   */
  record Ipo(double beta) implements PreferenceLoss {
    @Override
    public PairLoss of(LogRatios ratios) {
      double excess =
          ratios.chosen() / ratios.chosenTargets()
              - ratios.rejected() / ratios.rejectedTargets()
              - 1 / (2 * beta);
      return new PairLoss(
          excess * excess,
          2 * excess / ratios.chosenTargets(),
          -2 * excess / ratios.rejectedTargets());
    }
  }

  /**
   * What a loss is a function of.
   *
   * @param chosen log-ratio of the chosen answer
   * @param rejected log-ratio of the rejected answer
   * @param chosenTargets tokens of the chosen answer, at least 1
   * @param rejectedTargets tokens of the rejected answer, at least 1
   */
  record LogRatios(double chosen, double rejected, int chosenTargets, int rejectedTargets) {
    public LogRatios {
      if (chosenTargets < 1 || rejectedTargets < 1) {
        throw new IllegalArgumentException(
            "a pair needs tokens on both sides, has %d and %d"
                .formatted(chosenTargets, rejectedTargets));
      }
    }

    double difference() {
      return chosen - rejected;
    }
  }

  /**
   * The loss of one pair.
   *
   * @param value in nats
   * @param chosenGradient its derivative by the chosen answer's log-probability
   * @param rejectedGradient its derivative by the rejected answer's log-probability
   */
  record PairLoss(double value, double chosenGradient, double rejectedGradient) {
    private static PairLoss ofDifference(double value, double gradient) {
      return new PairLoss(value, gradient, -gradient);
    }
  }

  private static double logistic(double x) {
    return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
  }

  /** {@code log s(x)}, exact also where s(x) is 0 or 1 in floating point. */
  private static double logLogistic(double x) {
    return Math.min(0, x) - Math.log1p(Math.exp(-Math.abs(x)));
  }
}
