package io.llmforge.cli.plot;

import static java.lang.String.format;

import io.llmforge.cli.plot.RunCurves.Point;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The curves of a run as one picture (SVG): losses on a logarithmic axis, beside them the learning
 * rate.
 *
 * @param title what stands above
 */
public record RunPlot(String title, RunCurves curves) {

  private static final int WIDTH = 900;
  private static final int HEIGHT = 300;
  private static final Frame LOSS = new Frame(56, 64, 520, 190);
  private static final Frame RATE = new Frame(660, 64, 216, 190);
  private static final int[] DIGITS = {1, 2, 5};
  private static final int STEP_TICKS = 4;
  private static final int RATE_TICKS = 4;

  private static final String INK = "#1f2328";
  private static final String GRID = "#d8dee4";
  private static final String TRAINING = "#7aa7d6";
  private static final String EVALUATION = "#b3500c";
  private static final String LEARNING_RATE = "#2f7d4f";

  /** The picture. */
  public String svg() {
    List<String> lines = new ArrayList<>();
    lines.add(
        format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\" fill=\"%s\">",
            WIDTH,
            HEIGHT,
            INK));
    lines.add(
        format(Locale.ROOT, "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>", WIDTH, HEIGHT));
    lines.add(
        format(
            Locale.ROOT,
            "<text x=\"%d\" y=\"24\" font-size=\"15\" font-weight=\"bold\">%s</text>",
            LOSS.left(),
            escaped(title)));
    addLosses(lines);
    addLearningRate(lines);
    lines.add("</svg>\n");
    return String.join("\n", lines);
  }

  private void addLosses(List<String> lines) {
    var all = Stream.concat(curves.loss().stream(), curves.evaluationLoss().stream()).toList();
    double least = Math.max(1e-12, all.stream().mapToDouble(Point::value).min().orElseThrow());
    double most = Math.max(least * 2, all.stream().mapToDouble(Point::value).max().orElseThrow());
    var axis = new Logarithmic(least, most);
    for (double tick : ticks(least, most)) {
      double y = LOSS.y(axis.share(tick));
      lines.add(grid(LOSS, y));
      lines.add(text(LOSS.left() - 8, y + 4, "end", plain(tick)));
    }
    addSteps(lines, LOSS);
    lines.add(line(curves.loss(), LOSS, axis, TRAINING));
    if (!curves.evaluationLoss().isEmpty()) {
      lines.add(line(curves.evaluationLoss(), LOSS, axis, EVALUATION));
      for (Point point : curves.evaluationLoss()) {
        lines.add(
            format(
                Locale.ROOT,
                "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"%s\"/>",
                x(point, LOSS),
                LOSS.y(axis.share(point.value())),
                EVALUATION));
      }
      addKey(lines, LOSS.left() + 130, EVALUATION, "eval_loss");
    }
    addKey(lines, LOSS.left(), TRAINING, "training loss");
  }

  private void addLearningRate(List<String> lines) {
    double most = curves.learningRate().stream().mapToDouble(Point::value).max().orElse(0);
    if (most <= 0) {
      return;
    }
    for (int tick = 0; tick <= RATE_TICKS; tick++) {
      double share = (double) tick / RATE_TICKS;
      lines.add(grid(RATE, RATE.y(share)));
      lines.add(text(RATE.left() - 8, RATE.y(share) + 4, "end", shortest(most * share)));
    }
    addSteps(lines, RATE);
    lines.add(line(curves.learningRate(), RATE, value -> value / most, LEARNING_RATE));
    addKey(lines, RATE.left(), LEARNING_RATE, "learning rate");
  }

  private void addSteps(List<String> lines, Frame frame) {
    for (int tick = 0; tick <= STEP_TICKS; tick++) {
      long step = Math.round((double) lastStep() * tick / STEP_TICKS);
      double x = frame.left() + frame.width() * (double) step / lastStep();
      lines.add(text(x, frame.top() + frame.height() + 18, "middle", Long.toString(step)));
    }
    lines.add(
        text(
            frame.left() + frame.width() / 2.0,
            frame.top() + frame.height() + 36,
            "middle",
            "optimizer step"));
  }

  private static void addKey(List<String> lines, int x, String colour, String words) {
    lines.add(
        format(
            Locale.ROOT, "<path d=\"M%d 46h22\" stroke=\"%s\" stroke-width=\"2.5\"/>", x, colour));
    lines.add(text(x + 28, 50, "start", words));
  }

  private String line(List<Point> points, Frame frame, Axis axis, String colour) {
    var path =
        points.stream()
            .map(
                point ->
                    format(
                        Locale.ROOT,
                        "%.1f %.1f",
                        x(point, frame),
                        frame.y(axis.share(point.value()))))
            .collect(Collectors.joining("L", "M", ""));
    return "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>"
        .formatted(path, colour);
  }

  private double x(Point point, Frame frame) {
    return frame.left() + frame.width() * (double) point.step() / lastStep();
  }

  private long lastStep() {
    return Math.max(1, curves.loss().getLast().step());
  }

  private static String grid(Frame frame, double y) {
    return format(
        Locale.ROOT,
        "<path d=\"M%d %.1fh%d\" stroke=\"%s\"/>",
        frame.left(),
        y,
        frame.width(),
        GRID);
  }

  private static String text(double x, double y, String anchor, String words) {
    return format(
        Locale.ROOT,
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>",
        x,
        y,
        anchor,
        escaped(words));
  }

  /** 1, 2 and 5 times powers of ten inside the range. */
  static List<Double> ticks(double least, double most) {
    List<Double> ticks = new ArrayList<>();
    for (int power = (int) Math.floor(Math.log10(least)); power <= Math.log10(most); power++) {
      for (int digit : DIGITS) {
        double tick = digit * Math.pow(10, power);
        if (tick >= least && tick <= most) {
          ticks.add(tick);
        }
      }
    }
    return ticks;
  }

  private static String plain(double number) {
    return new BigDecimal(format(Locale.ROOT, "%.3g", number)).stripTrailingZeros().toPlainString();
  }

  /** Three digits at most: 2.25e-3. */
  private static String shortest(double number) {
    return number == 0
        ? "0"
        : format(Locale.ROOT, "%.2e", number)
            .replaceAll("[.]?0+e", "e")
            .replaceAll("e([-+])0", "e$1");
  }

  private static String escaped(String words) {
    return words.replace("&", "&amp;").replace("<", "&lt;");
  }

  /** Where on an axis a value is: 0 at its beginning, 1 at its end. */
  private interface Axis {
    double share(double value);
  }

  private record Logarithmic(double least, double most) implements Axis {
    @Override
    public double share(double value) {
      return Math.log(Math.max(value, least) / least) / Math.log(most / least);
    }
  }

  private record Frame(int left, int top, int width, int height) {
    double y(double share) {
      return top + height * (1 - share);
    }
  }
}
