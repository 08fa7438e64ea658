package io.llmforge.trainer.data;

import java.util.Arrays;
import java.util.List;

/**
 * The first rows of a file for human eyes: what is learned stands between ⟦ and ⟧. Written so that
 * a wrong prompt format is seen before hours are spent on it.
 */
public final class MaskPreview {

  private static final int ROWS = 5;

  private MaskPreview() {}

  public static String text(String source, List<TokenRow> rows, TextTokenizer tokenizer) {
    StringBuilder text = new StringBuilder();
    text.append(
        "First rows of %s as they are trained; the model learns to write what stands in ⟦ ⟧.%n"
            .formatted(source));
    for (TokenRow row : rows.subList(0, Math.min(ROWS, rows.size()))) {
      text.append(
          "%n--- line %d: %d tokens, %d targets%n"
              .formatted(row.line(), row.length(), row.targets()));
      text.append(marked(row, tokenizer)).append(System.lineSeparator());
    }
    return text.toString();
  }

  private static String marked(TokenRow row, TextTokenizer tokenizer) {
    StringBuilder text = new StringBuilder();
    int position = 0;
    while (position < row.length()) {
      boolean trained = row.trained().get(position);
      int next =
          trained ? row.trained().nextClearBit(position) : row.trained().nextSetBit(position);
      int end = next < 0 ? row.length() : Math.min(next, row.length());
      String part = tokenizer.decode(Arrays.copyOfRange(row.tokens(), position, end));
      text.append(trained ? "⟦" + part + "⟧" : part);
      position = end;
    }
    return text.toString();
  }
}
