package io.llmforge.trainer.model;

import java.util.Arrays;

/** Scores of some tokens, the candidates, in the rows that predict a target. */
public final class TokenScores {

  private final int candidates;
  private final float[] values;

  /** {@code values} [R, K + 1]: each row's K logits, then its log-sum-exp. */
  TokenScores(int candidates, float[] values) {
    this.candidates = candidates;
    this.values = values.clone();
  }

  /** Rows that predict a target, in the order of the packed row. */
  public int rows() {
    return values.length / (candidates + 1);
  }

  /** Logits of the candidates, in the order in which they were asked for. */
  public float[] logits(int row) {
    int first = row * (candidates + 1);
    return Arrays.copyOfRange(values, first, first + candidates);
  }

  /** {@code log sum exp} of the logits of all tokens. */
  public double logSumExp(int row) {
    return values[row * (candidates + 1) + candidates];
  }
}
