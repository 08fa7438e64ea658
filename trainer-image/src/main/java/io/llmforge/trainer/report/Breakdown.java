package io.llmforge.trainer.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A measurement in its parts, too many for the status: they stand in the metrics file and, as a
 * table, on the console.
 *
 * @param name of the measurement, without {@code eval_}
 * @param columns what is measured of every part
 * @param rows the parts
 */
public record Breakdown(String name, List<String> columns, List<Row> rows) {

  /** A wider table is for the metrics file alone. */
  private static final int WIDEST = 12;

  public Breakdown {
    columns = List.copyOf(columns);
    rows = List.copyOf(rows);
    for (Row row : rows) {
      if (row.values().size() != columns.size()) {
        throw new IllegalArgumentException("%s does not have %s".formatted(row, columns));
      }
    }
  }

  /**
   * One part.
   *
   * @param name of the part
   * @param values one for each column, counts as {@code Long}, shares as {@code Double}; NaN where
   *     there is nothing to measure
   */
  public record Row(String name, List<Number> values) {
    public Row {
      values = List.copyOf(values);
    }
  }

  /** By part and column; what is NaN is left out. */
  Map<String, Map<String, Number>> values() {
    Map<String, Map<String, Number>> values = new LinkedHashMap<>();
    for (Row row : rows) {
      Map<String, Number> parts = new LinkedHashMap<>();
      for (int column = 0; column < columns.size(); column++) {
        Number value = row.values().get(column);
        if (!Double.isNaN(value.doubleValue())) {
          parts.put(columns.get(column), value);
        }
      }
      values.put(row.name(), parts);
    }
    return values;
  }

  /** Aligned lines, the columns' names first; none when the table is too wide to be read. */
  List<String> lines() {
    if (columns.size() > WIDEST) {
      return List.of();
    }
    List<List<String>> cells = new ArrayList<>();
    cells.add(new ArrayList<>(columns));
    cells.getFirst().addFirst(name);
    for (Row row : rows) {
      List<String> line = new ArrayList<>(row.values().stream().map(Breakdown::text).toList());
      line.addFirst(row.name());
      cells.add(line);
    }
    int[] widths =
        IntStream.range(0, columns.size() + 1).map(column -> widest(cells, column)).toArray();
    return cells.stream().map(line -> aligned(line, widths)).toList();
  }

  private static String text(Number value) {
    if (value instanceof Long) {
      return value.toString();
    }
    return Double.isNaN(value.doubleValue())
        ? "-"
        : String.format(Locale.ROOT, "%.4f", value.doubleValue());
  }

  private static int widest(List<List<String>> cells, int column) {
    return cells.stream().mapToInt(line -> line.get(column).length()).max().orElse(0);
  }

  private static String aligned(List<String> line, int[] widths) {
    return IntStream.range(0, widths.length)
        .mapToObj(
            column ->
                column == 0
                    ? line.get(0) + " ".repeat(widths[0] - line.get(0).length())
                    : " ".repeat(widths[column] - line.get(column).length()) + line.get(column))
        .collect(Collectors.joining("  "));
  }
}
