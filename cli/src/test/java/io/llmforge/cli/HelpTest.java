package io.llmforge.cli;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HelpTest {

  private static final Path SCRIPT = Path.of("../llmforge");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path folder;

  static Stream<String> commands() {
    return Llmforge.commandLine().getSubcommands().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandHasHelpWithExamples(String command) {
    assertThat(run(command, "--help")).isZero();

    assertThat(out.toString())
        .startsWith("Usage: ./llmforge " + command)
        .contains("Examples:\n  ")
        .contains("./llmforge " + command);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandSaysItsExitCodes(String command) {
    assertThat(run(command, "--help")).isZero();

    if (!command.equals("completion")) {
      assertThat(out.toString()).containsPattern("Exit codes:\n +0 ");
    }
  }

  @Test
  void theScriptNamesEveryCommandAndNoOther() throws IOException {
    var usage = Files.readString(SCRIPT).split("EOF", 3)[1];
    var named =
        Pattern.compile("^  ([a-z]+) ", Pattern.MULTILINE)
            .matcher(usage)
            .results()
            .map(found -> found.group(1))
            .collect(toSet());

    assertThat(named).isEqualTo(commands().collect(toSet()));
  }

  @Test
  void mistypedCommandIsAnsweredWithTheRightOne() {
    assertThat(run("staus")).isEqualTo(ExitCode.USAGE);

    assertThat(err.toString()).contains("staus").contains("Did you mean").contains("status");
  }

  @Test
  void mistypedOptionIsAnsweredWithTheRightOne() {
    assertThat(run("status", "--wacth")).isEqualTo(ExitCode.USAGE);

    assertThat(err.toString()).contains("--wacth").contains("--watch");
  }

  @Test
  void nameAndAllNamespacesExcludeEachOther() {
    assertThat(run("status", "some-job", "-A")).isEqualTo(ExitCode.USAGE);

    assertThat(err.toString()).contains("write -n NAMESPACE, or leave out NAME");
  }

  @Test
  void completionOfBashOffersCommandsAndOptions() throws Exception {
    assertThat(run("completion", "bash")).isZero();

    var script = folder.resolve("completion");
    Files.writeString(script, out.toString());
    assertThat(completed(script, "./llmforge", "sta")).contains("status");
    assertThat(completed(script, "./llmforge", "logs", "x", "--f")).contains("--follow");
    assertThat(completed(script, "./llmforge", "logs", "x", "--stage", ""))
        .contains("reference", "train");
  }

  @Test
  void completionOfZshLoadsBashsFunctionsFirst() {
    assertThat(run("completion", "zsh")).isZero();

    assertThat(out.toString()).startsWith("autoload").contains("_complete_llmforge");
  }

  // What bash itself offers for these words.
  private static String completed(Path script, String... words) throws Exception {
    var line = String.join(" ", words);
    var program =
        """
        source %s
        COMP_LINE='%s'; COMP_POINT=%d; COMP_WORDS=(%s); COMP_CWORD=%d
        COMP_WORDS[%d]='%s'
        _complete_llmforge ./llmforge '%s' ''
        echo "${COMPREPLY[@]}"
        """
            .formatted(
                script,
                line,
                line.length(),
                line,
                words.length - 1,
                words.length - 1,
                words[words.length - 1],
                words[words.length - 1]);
    var bash = new ProcessBuilder("bash", "-c", program).redirectErrorStream(true).start();
    assertThat(bash.waitFor(20, TimeUnit.SECONDS)).isTrue();
    return new String(
        bash.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
  }

  private int run(String... arguments) {
    return Llmforge.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }
}
