package io.llmforge.crds.plot;

import io.llmforge.crds.plot.Drawing.Axis;
import io.llmforge.crds.plot.Drawing.Frame;
import io.llmforge.crds.plot.RunCurves.Point;
import java.util.List;
import java.util.Map;

/**
 * What evaluations measured besides the loss, as one picture (SVG): a frame for each measurement.
 *
 * @param title what stands above
 */
public record EvaluationPlot(String title, RunCurves curves) {

  private static final int COLUMNS = 3;
  private static final int LEFT = 56;
  private static final int TOP = 64;
  private static final int COLUMN_WIDTH = 300;
  private static final int ROW_HEIGHT = 250;
  private static final int FRAME_WIDTH = 220;
  private static final int FRAME_HEIGHT = 150;
  private static final int TICKS = 4;
  private static final String COLOUR = "#b3500c";

  /** Whether there is anything to draw. */
  public boolean isEmpty() {
    return curves.evaluations().isEmpty();
  }

  /** The picture. */
  public String svg() {
    int rows = Math.ceilDiv(curves.evaluations().size(), COLUMNS);
    var drawing = new Drawing(COLUMNS * COLUMN_WIDTH, 36 + rows * ROW_HEIGHT, curves.lastStep());
    drawing.title(LEFT, title);
    int number = 0;
    for (Map.Entry<String, List<Point>> curve : curves.evaluations().entrySet()) {
      draw(drawing, frame(number++), curve.getKey(), curve.getValue());
    }
    return drawing.svg();
  }

  private static Frame frame(int number) {
    return new Frame(
        LEFT + number % COLUMNS * COLUMN_WIDTH,
        TOP + number / COLUMNS * ROW_HEIGHT,
        FRAME_WIDTH,
        FRAME_HEIGHT);
  }

  private static void draw(Drawing drawing, Frame frame, String name, List<Point> points) {
    double least = points.stream().mapToDouble(Point::value).min().orElseThrow();
    double most = points.stream().mapToDouble(Point::value).max().orElseThrow();
    // A measurement that never changed is a line through the middle.
    double margin = most > least ? 0 : Math.max(Math.abs(most) / 2, 0.5);
    double low = least - margin;
    double high = most + margin;
    Axis axis = value -> (value - low) / (high - low);
    for (int tick = 0; tick <= TICKS; tick++) {
      double share = (double) tick / TICKS;
      drawing.tick(frame, share, Drawing.shortest(low + (high - low) * share));
    }
    drawing.steps(frame);
    drawing.curve(points, frame, axis, COLOUR);
    drawing.dots(points, frame, axis, COLOUR);
    drawing.key(frame.left(), frame.top() - 18, COLOUR, name);
  }
}
