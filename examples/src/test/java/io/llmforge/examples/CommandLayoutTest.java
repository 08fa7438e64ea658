package io.llmforge.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The command as it is packaged, with the libraries that lie beside it and no others: what a test's
 * own class path has, it may lack.
 */
class CommandLayoutTest {

  private static final Path HOME = Path.of("").toAbsolutePath().getParent();
  private static final int PATIENCE_MINUTES = 3;

  @TempDir Path folder;

  @Test
  void packagedCommandStartsClusterAndOperator() throws Exception {
    Path output = folder.resolve("output");
    Process command =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dllmforge.home=" + HOME,
                "-cp",
                HOME.resolve("cli/target/cli/lib") + "/*",
                "io.llmforge.cli.Llmforge",
                "scale",
                "--jobs=2",
                "--data=" + folder.resolve("scale"))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      boolean ended = command.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES);

      String said = Files.readString(output, StandardCharsets.UTF_8);
      assertThat(ended).as(said).isTrue();
      assertThat(command.exitValue()).as(said).isZero();
      assertThat(said).contains("| jobs at once | 2 |");
    } finally {
      command.destroyForcibly();
    }
  }
}
