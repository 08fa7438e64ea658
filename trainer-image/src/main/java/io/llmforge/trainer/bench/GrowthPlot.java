package io.llmforge.trainer.bench;

import static java.lang.String.format;

import java.util.List;
import java.util.Locale;

/**
 * The series as one picture (SVG): a panel each, both axes from zero, so that a straight line
 * through the corner is growth in proportion.
 *
 * @param series what is shown
 */
record GrowthPlot(List<GrowthSeries> series) {

  private static final int COLUMNS = 3;
  private static final int PANEL_WIDTH = 300;
  private static final int PANEL_HEIGHT = 220;
  private static final int LEFT = 52;
  private static final int TOP = 34;
  private static final int PLOT_WIDTH = 228;
  private static final int PLOT_HEIGHT = 140;
  private static final int HEADING = 36;
  private static final int TICKS = 4;

  private static final String INK = "#1f2328";
  private static final String GRID = "#d8dee4";
  private static final String MEASURED = "#0b5cad";
  private static final String PRODUCTS = "#b3500c";

  String svg() {
    var rows = Math.ceilDiv(series.size(), COLUMNS);
    var width = COLUMNS * PANEL_WIDTH;
    var height = HEADING + rows * PANEL_HEIGHT;
    var svg = new StringBuilder();
    add(
        svg,
        format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"11\" fill=\"%s\">",
            width,
            height,
            INK));
    add(
        svg,
        format(Locale.ROOT, "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>", width, height));
    legend(svg);
    for (var number = 0; number < series.size(); number++) {
      var x = number % COLUMNS * PANEL_WIDTH;
      var y = HEADING + number / COLUMNS * PANEL_HEIGHT;
      add(svg, format(Locale.ROOT, "<g transform=\"translate(%d %d)\">", x, y));
      panel(svg, series.get(number));
      add(svg, "</g>");
    }
    return svg.append("</svg>\n").toString();
  }

  private static void legend(StringBuilder svg) {
    add(
        svg,
        format(
            Locale.ROOT,
            "<path d=\"M%d 20h28\" stroke=\"%s\" stroke-width=\"2\"/>",
            LEFT,
            MEASURED));
    text(svg, LEFT + 34, 24, "start", "seconds of a step");
    add(
        svg,
        format(
            Locale.ROOT,
            "<path d=\"M%d 20h28\" stroke=\"%s\" stroke-width=\"2\" stroke-dasharray=\"5 4\"/>",
            LEFT + 160,
            PRODUCTS));
    text(svg, LEFT + 194, 24, "start", "its matrix products at the machine's peak");
  }

  private static void panel(StringBuilder svg, GrowthSeries one) {
    var scale = new Scale(one.largestAmount(), niceEnd(one.longestSeconds()));
    add(
        svg,
        format(
            Locale.ROOT,
            "<text x=\"%d\" y=\"%d\" font-size=\"12\" font-weight=\"bold\">%s</text>",
            LEFT,
            TOP - 12,
            one.quantity()));
    for (var tick = 0; tick <= TICKS; tick++) {
      var seconds = scale.seconds() * tick / TICKS;
      var y = scale.y(seconds);
      add(
          svg,
          format(
              Locale.ROOT, "<path d=\"M%d %.1fh%d\" stroke=\"%s\"/>", LEFT, y, PLOT_WIDTH, GRID));
      text(svg, LEFT - 6, y + 4, "end", shortest(seconds));
    }
    var left = Double.NEGATIVE_INFINITY;
    for (var point : one.points()) {
      var x = scale.x(point.amount());
      // Amounts double: those on the left would print over each other.
      if (x - left > 30) {
        text(svg, x, TOP + PLOT_HEIGHT + 16, "middle", amount(point.amount()));
        left = x;
      }
    }
    line(svg, one, scale, PRODUCTS);
    line(svg, one, scale, MEASURED);
    for (var point : one.points()) {
      add(
          svg,
          format(
              Locale.ROOT,
              "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>",
              scale.x(point.amount()),
              scale.y(point.seconds()),
              MEASURED));
    }
  }

  private static void line(StringBuilder svg, GrowthSeries one, Scale scale, String colour) {
    var isMeasured = colour.equals(MEASURED);
    var path = new StringBuilder();
    for (var point : one.points()) {
      var y = scale.y(isMeasured ? point.seconds() : point.productSeconds());
      path.append(path.isEmpty() ? 'M' : 'L');
      path.append(format(Locale.ROOT, "%.1f %.1f", scale.x(point.amount()), y));
    }
    add(
        svg,
        format(
            Locale.ROOT,
            "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"%s/>",
            path,
            colour,
            isMeasured ? "" : " stroke-dasharray=\"5 4\""));
  }

  private static void text(StringBuilder svg, double x, double y, String anchor, String words) {
    add(
        svg,
        format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>",
            x,
            y,
            anchor,
            words));
  }

  private static void add(StringBuilder svg, String element) {
    svg.append(element).append('\n');
  }

  /** The next of 1, 2, 4, 6, 8 times a power of ten, which quarters show with few digits. */
  static double niceEnd(double value) {
    var power = Math.pow(10, Math.floor(Math.log10(value)));
    for (var step : new double[] {1, 2, 4, 6, 8, 10}) {
      if (value <= step * power * (1 + 1e-9)) {
        return step * power;
      }
    }
    throw new IllegalArgumentException("not a positive number: " + value);
  }

  private static String shortest(double number) {
    var text = format(Locale.ROOT, "%.3f", number);
    return text.replaceAll("\\.?0+$", "");
  }

  private static String amount(int amount) {
    return amount >= 8000 && amount % 1000 == 0 ? amount / 1000 + "k" : Integer.toString(amount);
  }

  private record Scale(double amount, double seconds) {

    double x(double value) {
      return LEFT + value / amount * PLOT_WIDTH;
    }

    double y(double value) {
      return TOP + PLOT_HEIGHT - value / seconds * PLOT_HEIGHT;
    }
  }
}
