package io.llmforge.trainer.bench;

import io.llmforge.trainer.torch.Precision;
import io.llmforge.trainer.torch.Tensor;
import io.llmforge.trainer.torch.TensorScope;
import io.llmforge.trainer.torch.TorchProgram;
import io.llmforge.trainer.torch.TorchRuntime;
import java.util.List;

/**
 * Measures matrix products of the kind that a training step consists of, by the faster of
 * libtorch's own choice and the trainer's.
 */
final class MatrixProductPeak {

  private static final int ATTEMPTS = 4;
  private static final long SHORTEST_OPERATIONS_ON_CPU = 1_000_000_000;
  private static final long SHORTEST_OPERATIONS_ON_GPU = 1_000_000_000_000L;
  private static final long MOST_REPEATS = 20_000;

  private final TorchRuntime runtime;
  private final Precision precision;
  private final TorchProgram program;

  /** Of float32 numbers. */
  MatrixProductPeak(TorchRuntime runtime) {
    this(runtime, Precision.FLOAT32);
  }

  MatrixProductPeak(TorchRuntime runtime, Precision precision) {
    this.runtime = runtime;
    this.precision = precision;
    this.program = runtime.load(MatrixProductPeak.class, "products", "Products");
  }

  /** Operations per second of {@code [rows, inner] x [inner, columns]}, the best of a few. */
  double measure(long rows, long inner, long columns) {
    return 2.0 * rows * inner * columns / seconds(rows, inner, columns);
  }

  /** Seconds of {@code [rows, inner] x [inner, columns]}, the best of a few. */
  double seconds(long rows, long inner, long columns) {
    // Small products are repeated: a call into libtorch takes microseconds itself.
    var shortest =
        runtime.computesOnCpu() ? SHORTEST_OPERATIONS_ON_CPU : SHORTEST_OPERATIONS_ON_GPU;
    var repeats = Math.clamp(shortest / (2 * rows * inner * columns), 1, MOST_REPEATS);
    try (var scope = runtime.openScope()) {
      var a = drawn(scope, rows, inner);
      var b = drawn(scope, columns, inner);
      runtime.awaitDevice();
      var best = Double.POSITIVE_INFINITY;
      for (var attempt = 0; attempt < ATTEMPTS; attempt++) {
        for (var method : List.of("plain", "trained")) {
          var start = System.nanoTime();
          var call = program.call(method).with(a).with(b).with(repeats);
          scope.release(call.run(scope));
          runtime.awaitDevice();
          best = Math.min(best, (System.nanoTime() - start) / 1e9 / repeats);
        }
      }
      return best;
    }
  }

  /** Not zeros, of which some devices multiply more in a second. */
  private Tensor drawn(TensorScope scope, long rows, long columns) {
    var zeros = scope.zeros(precision, rows, columns);
    program.call("draw").with(zeros).run();
    return zeros;
  }
}
