package io.llmforge.trainer.bench;

import java.util.List;
import java.util.Locale;

/**
 * How the time of a step depends on one quantity.
 *
 * @param quantity what grows
 * @param points by growing amount
 */
record GrowthSeries(String quantity, List<GrowthSeries.Point> points) {

  /**
   * One measured step.
   *
   * @param amount of the quantity
   * @param seconds of the step
   * @param productSeconds what its matrix products would take at the machine's peak
   */
  record Point(int amount, double seconds, double productSeconds) {

    double share() {
      return productSeconds / seconds;
    }
  }

  GrowthSeries {
    points = List.copyOf(points);
    if (points.size() < 2) {
      throw new IllegalArgumentException("growth needs two points, got " + points.size());
    }
  }

  double longestSeconds() {
    return points.stream().mapToDouble(Point::seconds).max().orElse(0);
  }

  int largestAmount() {
    return points.getLast().amount();
  }

  /** Rows of a Markdown table. */
  String rows() {
    var rows = new StringBuilder();
    for (var point : points) {
      rows.append(
          String.format(
              Locale.ROOT,
              "| %s | %,d | %.3f | %.2f | %.2f |%n",
              quantity,
              point.amount(),
              point.seconds(),
              point.seconds() / points.getFirst().seconds(),
              point.share()));
    }
    return rows.toString();
  }
}
