package io.llmforge.trainer.bench;

import io.llmforge.trainer.torch.TorchProgram;
import io.llmforge.trainer.torch.TorchRuntime;
import java.util.List;

/**
 * Measures matrix products of the kind that a training step consists of, by the faster of
 * libtorch's own choice and the trainer's.
 */
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
      var best = Double.POSITIVE_INFINITY;
      for (var attempt = 0; attempt < ATTEMPTS; attempt++) {
        for (var method : List.of("plain", "trained")) {
          var start = System.nanoTime();
          var call = program.call(method).with(a).with(b).with(repeats);
          scope.release(call.run(scope));
          best = Math.min(best, (System.nanoTime() - start) / 1e9 / repeats);
        }
      }
      return best;
    }
  }
}
