package io.llmforge.cli;

import io.llmforge.cli.file.FileCheck;
import io.llmforge.cli.file.FileVerdict;
import io.llmforge.cli.file.FindingPrinter;
import io.llmforge.crds.config.Finding.Severity;
import io.llmforge.crds.config.LlmForgeConfigReader;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code llmforge validate}: what is right and wrong about files, without a cluster. */
@Command(
    name = "validate",
    description = {
      "Says what is right and wrong about LLMForge configs and FineTuneJobs.",
      "",
      "Prints FILE:LINE: SEVERITY: KEY: MESSAGE for everything worth saying, by the rules of the",
      "definition (fields, types, patterns) and of the operator (config, places, credentials). What",
      "only a cluster knows is not looked at: whether claims, Secrets, data and model are there."
    },
    exitCodeList = {"0:all files are accepted", "65:a file is refused", "66:a file cannot be read"},
    footer = {
      "",
      "Examples:",
      "  ./llmforge validate examples/02-instruction-tuning-lora/finetunejob.yaml",
      "  ./llmforge validate configs/*.yaml"
    })
final class ValidateCommand implements Callable<Integer> {

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec spec;

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "LLMForge config or FineTuneJob.")
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private List<Path> files;

  private final FileCheck check = new FileCheck(new LlmForgeConfigReader());

  @Override
  public Integer call() {
    return files.stream().map(check::check).mapToInt(this::report).max().orElse(ExitCode.OK);
  }

  private int report(FileVerdict verdict) {
    var out = spec.commandLine().getOut();
    var printer = new FindingPrinter(out, spec.commandLine().getColorScheme().ansi());
    verdict.findings().forEach(finding -> printer.print(verdict.file(), finding));
    out.println("%s: %s".formatted(verdict.file(), summary(verdict)));
    return switch (verdict) {
      case FileVerdict.Accepted accepted -> ExitCode.OK;
      case FileVerdict.Refused refused -> ExitCode.REFUSED;
      case FileVerdict.Unreadable unreadable -> ExitCode.NO_INPUT;
    };
  }

  private static String summary(FileVerdict verdict) {
    return switch (verdict) {
      case FileVerdict.Unreadable unreadable -> "cannot be read: " + unreadable.reason();
      case FileVerdict.Refused refused -> "refused" + counts(refused);
      case FileVerdict.Accepted accepted ->
          "accepted as %s%s".formatted(kind(accepted.kind()), counts(accepted));
    };
  }

  private static String kind(FileVerdict.Kind kind) {
    return switch (kind) {
      case LLMFORGE_CONFIG -> "LLMForge config";
      case FINE_TUNE_JOB -> "FineTuneJob";
    };
  }

  private static String counts(FileVerdict verdict) {
    var counts = new StringBuilder();
    for (Severity severity : Severity.values()) {
      long count = verdict.findings().stream().filter(f -> f.severity() == severity).count();
      if (count > 0) {
        counts.append(", ").append(count).append(' ').append(words(severity, count));
      }
    }
    return counts.toString();
  }

  private static String words(Severity severity, long count) {
    return switch (severity) {
      case ERROR -> count == 1 ? "error" : "errors";
      case WARNING -> count == 1 ? "warning" : "warnings";
      case DEPRECATED -> "deprecated";
      case IGNORED -> "ignored";
    };
  }
}
