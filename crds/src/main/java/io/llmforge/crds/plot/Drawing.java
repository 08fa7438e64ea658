package io.llmforge.crds.plot;

import static java.lang.String.format;

import io.llmforge.crds.plot.RunCurves.Point;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** An SVG under construction; lengths are pixels, and y grows downwards. */
final class Drawing {

  private static final String INK = "#1f2328";
  private static final String GRID = "#d8dee4";
  private static final int STEP_TICKS = 4;

  private final long lastStep;
  private final List<String> lines = new ArrayList<>();

  /**
   * An empty picture.
   *
   * @param lastStep optimizer step at the right end of every frame
   */
  Drawing(int width, int height, long lastStep) {
    this.lastStep = Math.max(1, lastStep);
    lines.add(
        format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\""
                + " font-family=\"sans-serif\" font-size=\"12\" fill=\"%s\">",
            width,
            height,
            INK));
    lines.add(
        format(Locale.ROOT, "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>", width, height));
  }

  /** Where on an axis a value is: 0 at its beginning, 1 at its end. */
  @FunctionalInterface
  interface Axis {
    double share(double value);
  }

  /** Where curves are drawn. */
  record Frame(int left, int top, int width, int height) {
    double y(double share) {
      return top + height * (1 - share);
    }
  }

  void title(int x, String words) {
    lines.add(
        format(
            Locale.ROOT,
            "<text x=\"%d\" y=\"24\" font-size=\"15\" font-weight=\"bold\">%s</text>",
            x,
            escaped(words)));
  }

  /** Writes the values of an axis beside a line across the frame. */
  void tick(Frame frame, double share, String words) {
    double y = frame.y(share);
    lines.add(
        format(
            Locale.ROOT,
            "<path d=\"M%d %.1fh%d\" stroke=\"%s\"/>",
            frame.left(),
            y,
            frame.width(),
            GRID));
    text(frame.left() - 8, y + 4, "end", words);
  }

  /** Writes optimizer steps below a frame. */
  void steps(Frame frame) {
    for (int tick = 0; tick <= STEP_TICKS; tick++) {
      long step = Math.round((double) lastStep * tick / STEP_TICKS);
      double x = frame.left() + frame.width() * (double) step / lastStep;
      text(x, frame.top() + frame.height() + 18, "middle", Long.toString(step));
    }
    text(
        frame.left() + frame.width() / 2.0,
        frame.top() + frame.height() + 36,
        "middle",
        "optimizer step");
  }

  /** Says which colour means what. */
  void key(int x, int y, String colour, String words) {
    lines.add(
        format(
            Locale.ROOT,
            "<path d=\"M%d %dh22\" stroke=\"%s\" stroke-width=\"2.5\"/>",
            x,
            y,
            colour));
    text(x + 28, y + 4, "start", words);
  }

  void curve(List<Point> points, Frame frame, Axis axis, String colour) {
    String path =
        points.stream()
            .map(
                point ->
                    format(
                        Locale.ROOT,
                        "%.1f %.1f",
                        x(point, frame),
                        frame.y(axis.share(point.value()))))
            .collect(Collectors.joining("L", "M", ""));
    lines.add(
        format(
            Locale.ROOT,
            "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>",
            path,
            colour));
  }

  void dots(List<Point> points, Frame frame, Axis axis, String colour) {
    for (Point point : points) {
      lines.add(
          format(
              Locale.ROOT,
              "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"%s\"/>",
              x(point, frame),
              frame.y(axis.share(point.value())),
              colour));
    }
  }

  String svg() {
    return String.join("\n", lines) + "\n</svg>\n";
  }

  /** Three digits, without an exponent. */
  static String plain(double number) {
    return new BigDecimal(format(Locale.ROOT, "%.3g", number)).stripTrailingZeros().toPlainString();
  }

  /** Three digits at most: 2.25e-3. */
  static String shortest(double number) {
    return number == 0
        ? "0"
        : format(Locale.ROOT, "%.2e", number)
            .replaceAll("[.]?0+e", "e")
            .replaceAll("e([-+])0", "e$1");
  }

  private double x(Point point, Frame frame) {
    return frame.left() + frame.width() * (double) point.step() / lastStep;
  }

  private void text(double x, double y, String anchor, String words) {
    lines.add(
        format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>",
            x,
            y,
            anchor,
            escaped(words)));
  }

  private static String escaped(String words) {
    return words.replace("&", "&amp;").replace("<", "&lt;");
  }
}
