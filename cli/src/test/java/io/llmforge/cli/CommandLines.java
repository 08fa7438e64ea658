package io.llmforge.cli;

import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.ParameterException;

/** Command lines that are understood and not run. */
public final class CommandLines {

  private static final Pattern WORD = Pattern.compile("(\"[^\"]*\"|\\S)+");

  private CommandLines() {}

  /** What the command line says against these words; nothing when they are right. */
  public static Optional<String> complaint(String words) {
    try {
      Llmforge.commandLine()
          .parseArgs(
              WORD.matcher(words)
                  .results()
                  .map(found -> found.group().replace("\"", ""))
                  .toArray(String[]::new));
      return Optional.empty();
    } catch (ParameterException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /** A word that names no command; nothing when it names one. */
  public static Optional<String> unknown(String word) {
    return Llmforge.commandLine().getSubcommands().containsKey(word)
        ? Optional.empty()
        : Optional.of(word + " is no command");
  }
}
