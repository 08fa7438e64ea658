package io.llmforge.trainer.model;

import io.llmforge.trainer.checkpoint.ElementType;
import io.llmforge.trainer.torch.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Logits of a model at some positions of a few rows, kept to be compared with those of the same
 * model in another form, such as one that its adapter is merged into.
 */
public final class LogitSample {

  public static final int ROWS = 8;

  /** Of each row; logits of eight rows of a vocabulary of 128,000 take 16 MiB then. */
  private static final int POSITIONS = 4;

  private final List<PackedTokens> rows;
  private final List<float[]> logits;

  private LogitSample(List<PackedTokens> rows, List<float[]> logits) {
    this.rows = rows;
    this.logits = logits;
  }

  /** Of the first eight of some rows, without dropout. */
  public static LogitSample of(CausalLanguageModel model, List<PackedTokens> rows) {
    var sampled = List.copyOf(rows.subList(0, Math.min(ROWS, rows.size())));
    var logits = new ArrayList<float[]>();
    for (var row : sampled) {
      logits.add(model.logits(row, positions(row)));
    }
    return new LogitSample(sampled, logits);
  }

  /** {@code max|a - b| / max|b|} of another model's logits a; huge when one is not a number. */
  public double differenceOf(CausalLanguageModel other) {
    var difference = 0.0;
    var scale = 0.0;
    for (var i = 0; i < rows.size(); i++) {
      var expected = logits.get(i);
      var actual = other.logits(rows.get(i), positions(rows.get(i)));
      for (var j = 0; j < expected.length; j++) {
        var distance = Math.abs((double) actual[j] - expected[j]);
        difference = Math.max(difference, Double.isNaN(distance) ? Double.MAX_VALUE : distance);
        scale = Math.max(scale, Math.abs(expected[j]));
      }
    }
    return scale == 0 ? difference : difference / scale;
  }

  /**
   * What weights that were rounded once may change: sixteen times the largest relative error of one
   * rounding, which keeps 8 bits in bfloat16 and 11 in float16. Float32 stores what was computed;
   * there the order of sums is all that differs, unless the sums themselves are made in bfloat16.
   */
  public static double noiseOf(ElementType stored, Precision computed) {
    return switch (stored) {
      case F32 ->
          switch (computed) {
            case FLOAT32 -> 1e-4;
            case BFLOAT16 -> noiseOf(ElementType.BF16, computed);
          };
      case BF16 -> 16 * Math.scalb(1.0, -8);
      case F16 ->
          switch (computed) {
            case FLOAT32 -> 16 * Math.scalb(1.0, -11);
            case BFLOAT16 -> noiseOf(ElementType.BF16, computed);
          };
    };
  }

  /** Spread over the row; the last is its last token. */
  private static int[] positions(PackedTokens row) {
    var count = Math.min(POSITIONS, row.length());
    return IntStream.rangeClosed(1, count).map(i -> i * row.length() / count - 1).toArray();
  }
}
