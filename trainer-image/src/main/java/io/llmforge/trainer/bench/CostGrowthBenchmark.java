package io.llmforge.trainer.bench;

import io.llmforge.trainer.torch.TorchRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** {@code ./llmforge bench --growth}: prints a table and draws it. */
public final class CostGrowthBenchmark {

  private static final String USAGE = "usage: bench --growth [FILE.svg [STEPS]]";
  private static final int STEPS = 3;
  private static final int USAGE_EXIT_CODE = 64;

  private CostGrowthBenchmark() {}

  /** Arguments: where to draw, and how many steps to measure at every point. */
  public static void main(String... arguments) throws IOException {
    if (arguments.length > 2) {
      System.err.println(USAGE);
      System.exit(USAGE_EXIT_CODE);
    }
    var home = Path.of(System.getProperty("llmforge.home", ""));
    var plot = arguments.length > 0 ? Path.of(arguments[0]) : home.resolve("docs/cost-growth.svg");
    var steps = arguments.length > 1 ? Integer.parseInt(arguments[1]) : STEPS;
    try (var runtime = TorchRuntime.start()) {
      var growth = new CostGrowth(runtime, steps);
      var series = growth.measure();
      System.out.printf(
          Locale.ROOT,
          "In the middle of all series: %s. float32, %s with %d threads, best matrix product %.0f GFLOP/s; the best of %d steps.%n%n",
          CostGrowth.middle(),
          runtime.deviceName(),
          runtime.threads(),
          growth.peak() / 1e9,
          steps);
      System.out.println("| quantity | amount | s/step | times the first | share of peak |");
      System.out.println("|---|---|---|---|---|");
      series.forEach(one -> System.out.print(one.rows()));
      Files.writeString(plot, new GrowthPlot(series).svg());
    }
  }
}
