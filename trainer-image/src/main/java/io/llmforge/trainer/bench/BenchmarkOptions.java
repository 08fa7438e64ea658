package io.llmforge.trainer.bench;

import io.llmforge.trainer.torch.Precision;
import io.llmforge.trainer.torch.ProductKernel;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What is measured.
 *
 * @param tuning which weights are trained
 * @param precision in what numbers
 * @param products who multiplies; empty for whom a run would take
 * @param tokensPerStep real tokens of a step, all in one packed row
 * @param steps measured steps, after one that warms up
 */
record BenchmarkOptions(
    TuningKind tuning,
    Precision precision,
    Optional<ProductKernel> products,
    int tokensPerStep,
    int steps) {

  static final String USAGE =
      "usage: bench [--tuning full|lora] [--precision fp32|bf16] [--products plain|onednn] [--tokens COUNT] [--steps COUNT], bench --growth, bench --peer";

  enum TuningKind {
    FULL,
    LORA
  }

  BenchmarkOptions {
    if (tokensPerStep < BenchmarkRows.LONGEST || steps < 1) {
      throw new IllegalArgumentException(
          "at least one step of at least %d tokens".formatted(BenchmarkRows.LONGEST));
    }
  }

  static BenchmarkOptions parse(String... arguments) {
    if (arguments.length % 2 != 0) {
      throw new IllegalArgumentException("'" + arguments[arguments.length - 1] + "' needs a value");
    }
    Map<String, String> given = new LinkedHashMap<>();
    for (var i = 0; i < arguments.length; i += 2) {
      given.put(arguments[i], arguments[i + 1]);
    }
    var options =
        new BenchmarkOptions(
            tuning(taken(given, "--tuning", "full")),
            precision(taken(given, "--precision", "fp32")),
            products(taken(given, "--products", "")),
            Integer.parseInt(taken(given, "--tokens", "2048")),
            Integer.parseInt(taken(given, "--steps", "3")));
    if (!given.isEmpty()) {
      throw new IllegalArgumentException(
          "unknown option '" + given.keySet().iterator().next() + "'");
    }
    return options;
  }

  private static String taken(Map<String, String> given, String name, String otherwise) {
    var value = given.remove(name);
    return value == null ? otherwise : value;
  }

  private static TuningKind tuning(String value) {
    return switch (value) {
      case "full" -> TuningKind.FULL;
      case "lora" -> TuningKind.LORA;
      default ->
          throw new IllegalArgumentException("--tuning is full or lora, not '" + value + "'");
    };
  }

  private static Precision precision(String value) {
    return switch (value) {
      case "fp32" -> Precision.FLOAT32;
      case "bf16" -> Precision.BFLOAT16;
      default ->
          throw new IllegalArgumentException("--precision is fp32 or bf16, not '" + value + "'");
    };
  }

  private static Optional<ProductKernel> products(String value) {
    return switch (value) {
      case "" -> Optional.empty();
      case "plain" -> Optional.of(ProductKernel.PLAIN);
      case "onednn" -> Optional.of(ProductKernel.ONEDNN);
      default ->
          throw new IllegalArgumentException("--products is plain or onednn, not '" + value + "'");
    };
  }
}
