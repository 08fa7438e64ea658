package io.llmforge.trainer.data;

import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;
import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;

/**
 * Rows that are made when they are asked for, every time anew, so that a list of them takes no
 * memory. Their lengths are known without making them.
 */
final class LazyRows extends AbstractList<TokenRow> implements RandomAccess {

  private final int size;
  private final IntFunction<TokenRow> row;
  private final IntUnaryOperator length;

  /**
   * Rows of a function.
   *
   * @param row the row with a number
   * @param length how many tokens it has
   */
  LazyRows(int size, IntFunction<TokenRow> row, IntUnaryOperator length) {
    this.size = size;
    this.row = row;
    this.length = length;
  }

  /** Tokens of each row. */
  static int[] lengths(List<TokenRow> rows) {
    int[] lengths = new int[rows.size()];
    for (int number = 0; number < lengths.length; number++) {
      lengths[number] = length(rows, number);
    }
    return lengths;
  }

  /** The rows with these numbers. */
  static List<TokenRow> chosen(List<TokenRow> rows, int... numbers) {
    return new LazyRows(
        numbers.length, place -> rows.get(numbers[place]), place -> length(rows, numbers[place]));
  }

  /** Rows that lose what lies behind the context length. */
  static List<TokenRow> cut(List<TokenRow> rows, int contextLength) {
    return new LazyRows(
        rows.size(),
        number -> rows.get(number).truncated(contextLength),
        number -> Math.min(contextLength, length(rows, number)));
  }

  /** Rows filled up to the context length. */
  static List<TokenRow> padded(List<TokenRow> rows, int contextLength) {
    return new LazyRows(
        rows.size(),
        number -> rows.get(number).padded(contextLength),
        number -> Math.max(contextLength, length(rows, number)));
  }

  @Override
  public TokenRow get(int number) {
    return row.apply(number);
  }

  @Override
  public int size() {
    return size;
  }

  private static int length(List<TokenRow> rows, int number) {
    return rows instanceof LazyRows lazy
        ? lazy.length.applyAsInt(number)
        : rows.get(number).length();
  }
}
