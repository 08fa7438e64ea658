package io.llmforge.trainer.bench;

import io.llmforge.trainer.torch.Precision;

/**
 * What is measured.
 *
 * @param tuning which weights are trained
 * @param precision in what numbers
 * @param tokensPerStep real tokens of a step, all in one packed row
 * @param steps measured steps, after one that warms up
 */
record BenchmarkOptions(TuningKind tuning, Precision precision, int tokensPerStep, int steps) {

  static final String USAGE =
      "usage: bench [--tuning full|lora] [--precision fp32|bf16] [--tokens COUNT] [--steps COUNT], bench --growth, bench --peer";

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
    var options = new BenchmarkOptions(TuningKind.FULL, Precision.FLOAT32, 2048, 3);
    for (var i = 0; i + 1 < arguments.length; i += 2) {
      options = options.with(arguments[i], arguments[i + 1]);
    }
    if (arguments.length % 2 != 0) {
      throw new IllegalArgumentException("'" + arguments[arguments.length - 1] + "' needs a value");
    }
    return options;
  }

  private BenchmarkOptions with(String name, String value) {
    return switch (name) {
      case "--tuning" ->
          new BenchmarkOptions(
              value.equals("lora") ? TuningKind.LORA : fullOnly(value),
              precision,
              tokensPerStep,
              steps);
      case "--precision" -> new BenchmarkOptions(tuning, precision(value), tokensPerStep, steps);
      case "--tokens" -> new BenchmarkOptions(tuning, precision, Integer.parseInt(value), steps);
      case "--steps" ->
          new BenchmarkOptions(tuning, precision, tokensPerStep, Integer.parseInt(value));
      default -> throw new IllegalArgumentException("unknown option '" + name + "'");
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

  private static TuningKind fullOnly(String value) {
    if (!value.equals("full")) {
      throw new IllegalArgumentException("--tuning is full or lora, not '" + value + "'");
    }
    return TuningKind.FULL;
  }
}
