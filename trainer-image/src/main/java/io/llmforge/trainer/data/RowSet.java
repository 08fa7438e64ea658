package io.llmforge.trainer.data;

import java.util.ArrayList;
import java.util.List;

/**
 * The rows of one file, ready to train on.
 *
 * @param rows rows cut to the context length, each with at least one target
 * @param truncated how many of them lost their end
 */
public record RowSet(List<TokenRow> rows, int truncated) {

  public RowSet {
    rows = List.copyOf(rows);
  }

  /**
   * Cuts rows to the context length; they lose their end. A row left without a target is a problem.
   */
  public static RowSet cut(List<TokenRow> rows, int contextLength, RowProblems problems) {
    List<TokenRow> cut = new ArrayList<>(rows.size());
    int truncated = 0;
    for (TokenRow row : rows) {
      TokenRow shorter = row.truncated(contextLength);
      truncated += shorter.length() < row.length() ? 1 : 0;
      if (shorter.targets() > 0) {
        cut.add(shorter);
      } else {
        problems.add(row.line(), withoutTarget(row, contextLength));
      }
    }
    return new RowSet(cut, truncated);
  }

  /** Every row filled up to the context length. */
  public RowSet padded(int contextLength) {
    return new RowSet(rows.stream().map(row -> row.padded(contextLength)).toList(), truncated);
  }

  public long targets() {
    return rows.stream().mapToLong(TokenRow::targets).sum();
  }

  private static String withoutTarget(TokenRow row, int contextLength) {
    return row.targets() == 0
        ? "the row has no token to learn; it needs at least two tokens"
        : "nothing to learn is left of the row's %d tokens within context_length %d; raise context_length or shorten the row"
            .formatted(row.length(), contextLength);
  }
}
