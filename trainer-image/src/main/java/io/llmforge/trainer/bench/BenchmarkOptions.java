package io.llmforge.trainer.bench;

/**
 * What is measured.
 *
 * @param tuning which weights are trained
 * @param tokensPerStep real tokens of a step, all in one packed row
 * @param steps measured steps, after one that warms up
 */
record BenchmarkOptions(TuningKind tuning, int tokensPerStep, int steps) {

  static final String USAGE =
      "usage: bench [--tuning full|lora] [--tokens COUNT] [--steps COUNT], bench --growth, bench --peer";

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
    var options = new BenchmarkOptions(TuningKind.FULL, 2048, 3);
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
              value.equals("lora") ? TuningKind.LORA : fullOnly(value), tokensPerStep, steps);
      case "--tokens" -> new BenchmarkOptions(tuning, Integer.parseInt(value), steps);
      case "--steps" -> new BenchmarkOptions(tuning, tokensPerStep, Integer.parseInt(value));
      default -> throw new IllegalArgumentException("unknown option '" + name + "'");
    };
  }

  private static TuningKind fullOnly(String value) {
    if (!value.equals("full")) {
      throw new IllegalArgumentException("--tuning is full or lora, not '" + value + "'");
    }
    return TuningKind.FULL;
  }
}
