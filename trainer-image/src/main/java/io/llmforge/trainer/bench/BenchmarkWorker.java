package io.llmforge.trainer.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.trainer.torch.TorchRuntime;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * Our side of the comparison in {@code bench/}: a process that loads a case and then does what the
 * lines on its standard input say. Every line is answered by one line of JSON.
 *
 * <pre>
 * (start)             {"ready": true, "threads": n, "device": such as cpu}
 * step                {"seconds": s, "loss": mean over targets, "gradient_norm": g}
 * product M K N       {"seconds": of [M, K] x [K, N] in the case's precision, the best of a few}
 * memory              {"peak_resident_bytes": b, "device_bytes": in use on a GPU, by whomever; or 0}
 * end                 (the process ends)
 * </pre>
 */
public final class BenchmarkWorker {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final TorchRuntime runtime;
  private final CaseSteps steps;
  private final MatrixProductPeak products;
  private final PrintStream out;

  BenchmarkWorker(
      TorchRuntime runtime, CaseSteps steps, MatrixProductPeak products, PrintStream out) {
    this.out = out;
    this.runtime = runtime;
    this.steps = steps;
    this.products = products;
  }

  /** Takes the case's file as its only argument. */
  public static void main(String... arguments) throws IOException {
    if (arguments.length != 1) {
      throw new IllegalArgumentException("usage: bench --worker CASE.json");
    }
    var benchmark = BenchmarkCase.read(Path.of(arguments[0]));
    var commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (var runtime = TorchRuntime.start();
        var steps = CaseSteps.load(runtime, benchmark)) {
      var products = new MatrixProductPeak(runtime, benchmark.options().precision());
      new BenchmarkWorker(runtime, steps, products, System.out).answer(commands);
    }
  }

  void answer(BufferedReader commands) throws IOException {
    print(Map.of("ready", true, "threads", runtime.threads(), "device", runtime.deviceName()));
    for (var line = commands.readLine(); line != null; line = commands.readLine()) {
      var words = line.split(" ", -1);
      switch (words[0]) {
        case "step" -> print(steps.make());
        case "product" -> print(Map.of("seconds", product(words)));
        case "memory" -> print(memory());
        case "end" -> {
          return;
        }
        default ->
            throw new IllegalArgumentException(
                "'%s' is no command; use step, product, memory or end".formatted(line));
      }
    }
  }

  private Map<String, Object> memory() throws IOException {
    return Map.of(
        "peak_resident_bytes", ResidentMemory.peakBytes(),
        "device_bytes", runtime.usedDeviceBytes().orElse(0));
  }

  private double product(String[] words) {
    var rows = Long.parseLong(words[1]);
    var inner = Long.parseLong(words[2]);
    var columns = Long.parseLong(words[3]);
    return products.seconds(rows, inner, columns);
  }

  private void print(Object answer) throws IOException {
    out.println(JSON.writeValueAsString(answer));
  }
}
