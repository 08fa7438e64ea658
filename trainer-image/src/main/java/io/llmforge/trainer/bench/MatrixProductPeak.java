package io.llmforge.trainer.bench;

import io.llmforge.trainer.torch.TorchProgram;
import io.llmforge.trainer.torch.TorchRuntime;

/** Measures matrix products of the kind that a training step consists of. */
final class MatrixProductPeak {

  private static final int ATTEMPTS = 4;
  private static final long SHORTEST_OPERATIONS = 1_000_000_000;

  private final TorchRuntime runtime;
  private final TorchProgram program;

  MatrixProductPeak(TorchRuntime runtime) {
    this.runtime = runtime;
    this.program = runtime.load(MatrixProductPeak.class, "products", "Products");
  }

  /** Operations per second of {@code [rows, inner] x [inner, columns]}, the best of a few. */
  double measure(long rows, long inner, long columns) {
    return 2.0 * rows * inner * columns / seconds(rows, inner, columns);
  }

  /** Seconds of {@code [rows, inner] x [inner, columns]}, the best of a few. */
  double seconds(long rows, long inner, long columns) {
    // Small products are repeated: a call into libtorch takes microseconds itself.
    var repeats = Math.max(1, SHORTEST_OPERATIONS / (2 * rows * inner * columns));
    try (var scope = runtime.openScope()) {
      var a = scope.zeros(rows, inner);
      var b = scope.zeros(columns, inner);
      var c = scope.zeros(rows, columns);
      var best = Double.POSITIVE_INFINITY;
      for (var attempt = 0; attempt < ATTEMPTS; attempt++) {
        var start = System.nanoTime();
        program.call("run").with(a).with(b).with(c).with(repeats).run();
        best = Math.min(best, (System.nanoTime() - start) / 1e9 / repeats);
      }
      return best;
    }
  }
}
