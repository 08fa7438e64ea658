package io.llmforge.crds.plot;

import io.llmforge.crds.plot.Drawing.Axis;
import io.llmforge.crds.plot.Drawing.Frame;
import io.llmforge.crds.plot.RunCurves.Point;
import java.util.ArrayList;
import java.util.List;
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
  private static final int KEY_LINE = 46;
  private static final Frame LOSS = new Frame(56, 64, 520, 190);
  private static final Frame RATE = new Frame(660, 64, 216, 190);
  private static final int[] DIGITS = {1, 2, 5};
  private static final int RATE_TICKS = 4;

  private static final String TRAINING = "#7aa7d6";
  private static final String EVALUATION = "#b3500c";
  private static final String LEARNING_RATE = "#2f7d4f";

  /** The picture. */
  public String svg() {
    var drawing = new Drawing(WIDTH, HEIGHT, curves.lastStep());
    drawing.title(LOSS.left(), title);
    drawLosses(drawing);
    drawLearningRate(drawing);
    return drawing.svg();
  }

  private void drawLosses(Drawing drawing) {
    var all = Stream.concat(curves.loss().stream(), curves.evaluationLoss().stream()).toList();
    double least = Math.max(1e-12, all.stream().mapToDouble(Point::value).min().orElseThrow());
    double most = Math.max(least * 2, all.stream().mapToDouble(Point::value).max().orElseThrow());
    Axis axis = value -> Math.log(Math.max(value, least) / least) / Math.log(most / least);
    for (double tick : ticks(least, most)) {
      drawing.tick(LOSS, axis.share(tick), Drawing.plain(tick));
    }
    drawing.steps(LOSS);
    drawing.curve(curves.loss(), LOSS, axis, TRAINING);
    if (!curves.evaluationLoss().isEmpty()) {
      drawing.curve(curves.evaluationLoss(), LOSS, axis, EVALUATION);
      drawing.dots(curves.evaluationLoss(), LOSS, axis, EVALUATION);
      drawing.key(LOSS.left() + 130, KEY_LINE, EVALUATION, "eval_loss");
    }
    drawing.key(LOSS.left(), KEY_LINE, TRAINING, "training loss");
  }

  private void drawLearningRate(Drawing drawing) {
    double most = curves.learningRate().stream().mapToDouble(Point::value).max().orElse(0);
    if (most <= 0) {
      return;
    }
    for (int tick = 0; tick <= RATE_TICKS; tick++) {
      double share = (double) tick / RATE_TICKS;
      drawing.tick(RATE, share, Drawing.shortest(most * share));
    }
    drawing.steps(RATE);
    drawing.curve(curves.learningRate(), RATE, value -> value / most, LEARNING_RATE);
    drawing.key(RATE.left(), KEY_LINE, LEARNING_RATE, "learning rate");
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
}
