package io.llmforge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Help.Ansi;

/** {@code docs/command-line.md} is the help of every command, as it is printed. */
class CommandPageTest {

  private static final Path COMMITTED = Path.of("../docs/command-line.md");
  private static final String REFRESH =
      "mvn -pl cli -am test -Dtest=CommandPageTest -Dsurefire.failIfNoSpecifiedTests=false -Dllmforge.docs.refresh=true";

  @Test
  void committedPageIsWhatTheCommandsPrint() throws IOException {
    if (Boolean.getBoolean("llmforge.docs.refresh")) {
      Files.writeString(COMMITTED, page());
    }

    assertThat(Files.readString(COMMITTED))
        .as("the commands changed; refresh the page with: " + REFRESH)
        .isEqualTo(page());
  }

  private static String page() {
    var page =
        new StringBuilder(
            """
            <!-- Generated from the help of the commands. Refresh it with: %s -->
            # The command line

            Exit codes follow BSD's sysexits.h where one fits; [troubleshooting](troubleshooting.md#the-command-itself) has them in one place.

            """
                .formatted(REFRESH));
    var root = Llmforge.commandLine();
    root.getSubcommands()
        .forEach(
            (name, command) ->
                page.append("## `%s`\n\n```text\n".formatted(name))
                    .append(command.getUsageMessage(Ansi.OFF).stripTrailing())
                    .append("\n```\n\n"));
    return page.toString().replace("\r", "").stripTrailing() + "\n";
  }
}
