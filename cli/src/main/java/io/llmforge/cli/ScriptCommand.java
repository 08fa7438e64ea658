package io.llmforge.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Commands that the {@code llmforge} script carries out itself, because they need Maven or the
 * trainer. They are declared here, so that help, completion and "did you mean" are of one piece.
 */
final class ScriptCommand {

  private ScriptCommand() {}

  @Command(
      name = "test",
      description = {
        "Runs every check and test of this repository.",
        "",
        "Needs no cluster, no container engine and no GPU; after the first run no network."
      },
      exitCodeList = {"0:all is well", "1:a check or a test failed", "69:no JDK or no Maven"},
      footer = {
        "",
        "Examples:",
        "  ./llmforge test",
        "  ./llmforge test --cluster    # what needs a cluster, on the one of KUBECONFIG"
      })
  static final class Test implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli fills it
    private CommandSpec spec;

    @Option(
        names = "--cluster",
        description = "Run the tests that need a cluster on the one that KUBECONFIG names.")
    boolean cluster;

    @Parameters(paramLabel = "ARGUMENT", arity = "0..*", description = "Handed to Maven.")
    @Nullable List<String> arguments;

    @Override
    public Integer call() {
      return elsewhere(spec);
    }
  }

  @Command(
      name = "bench",
      description = {"Measures the trainer's step on this machine against its matrix products."},
      exitCodeList = {"0:measured", "64:wrong arguments", "70:the build failed"},
      footer = {
        "",
        "Examples:",
        "  ./llmforge bench",
        "  ./llmforge bench --tuning lora --precision bf16",
        "  ./llmforge bench --growth    # how time and memory grow with the size of the work",
        "  ./llmforge bench --peer      # how to compare it with Transformers, PEFT and TRL"
      })
  static final class Bench implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli fills it
    private CommandSpec spec;

    @Option(
        names = "--tuning",
        paramLabel = "KIND",
        description = "What is trained: full or lora. Default: full.")
    @Nullable String tuning;

    @Option(
        names = "--precision",
        paramLabel = "NUMBERS",
        description = "fp32 or bf16. Default: fp32.")
    @Nullable String precision;

    @Option(
        names = "--products",
        paramLabel = "KERNEL",
        description = "Who multiplies: plain or onednn. Default: whom a run takes here.")
    @Nullable String products;

    @Option(names = "--tokens", paramLabel = "COUNT", description = "Tokens of a step.")
    @Nullable Integer tokens;

    @Option(names = "--steps", paramLabel = "COUNT", description = "Steps that are measured.")
    @Nullable Integer steps;

    @Option(names = "--growth", description = "Measure how a step's cost grows.")
    boolean growth;

    @Option(names = "--worker", description = "Measure one case, as bench/compare.py asks for it.")
    boolean worker;

    @Option(names = "--peer", description = "Say how to compare with the Python libraries.")
    boolean peer;

    @Parameters(paramLabel = "ARGUMENT", arity = "0..*", description = "Handed to the benchmark.")
    @Nullable List<String> arguments;

    @Override
    public Integer call() {
      return elsewhere(spec);
    }
  }

  @Command(
      name = "conformance",
      description = {"Runs the golden tests and writes docs/conformance.md."},
      exitCodeList = {"0:written", "70:a golden test failed"},
      footer = {"", "Examples:", "  ./llmforge conformance"})
  static final class Conformance implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli fills it
    private CommandSpec spec;

    @Override
    public Integer call() {
      return elsewhere(spec);
    }
  }

  @Command(
      name = "build",
      description = {"Builds everything that changed, tests nothing."},
      exitCodeList = {"0:built", "69:no JDK or no Maven", "70:the build failed"},
      footer = {"", "Examples:", "  ./llmforge build"})
  static final class Build implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli fills it
    private CommandSpec spec;

    @Override
    public Integer call() {
      return elsewhere(spec);
    }
  }

  private static int elsewhere(CommandSpec spec) {
    spec.commandLine()
        .getErr()
        .printf(
            "llmforge %s: the script does this; type ./llmforge %s in the repository%n",
            spec.name(), spec.name());
    return ExitCode.USAGE;
  }
}
