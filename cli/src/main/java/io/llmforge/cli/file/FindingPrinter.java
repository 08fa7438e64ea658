package io.llmforge.cli.file;

import io.llmforge.crds.config.Finding;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Help.Ansi;

/** Prints findings one per line, as compilers do: {@code file:line: error: path: message}. */
public final class FindingPrinter {

  private final PrintWriter out;
  private final Ansi ansi;

  public FindingPrinter(PrintWriter out, Ansi ansi) {
    this.out = out;
    this.ansi = ansi;
  }

  public void print(Path file, Finding finding) {
    var line = finding.line() == null ? "" : ":" + finding.line();
    var path = finding.path().isEmpty() ? "" : finding.path() + ": ";
    out.println("%s%s: %s: %s%s".formatted(file, line, word(finding), path, finding.message()));
  }

  private String word(Finding finding) {
    return switch (finding.severity()) {
      case ERROR -> ansi.string("@|bold,red error|@");
      case WARNING -> ansi.string("@|yellow warning|@");
      case DEPRECATED -> ansi.string("@|yellow deprecated|@");
      case IGNORED -> ansi.string("@|faint ignored|@");
    };
  }
}
