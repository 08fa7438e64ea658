package io.llmforge.localcluster.node.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LogTailTest {
  @TempDir Path folder;

  private String last(int lines, String text) throws Exception {
    var log = Files.writeString(folder.resolve("log"), text);
    return new String(LogTail.from(LogTail.startOfLast(lines, log), log), StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource({"0,''", "1,c", "2,b/c", "3,a/b/c", "4,a/b/c"})
  void lastLinesAreFoundWithAndWithoutAFinalLineFeed(int lines, String expected) throws Exception {
    var text = expected.replace('/', '\n');

    assertThat(last(lines, "a\nb\nc")).isEqualTo(text);
    assertThat(last(lines, "a\nb\nc\n")).isEqualTo(text.isEmpty() ? "" : text + "\n");
  }

  @Test
  void lineThatSpansBlocksIsWhole() throws Exception {
    var line = "x".repeat(20_000);

    assertThat(last(1, "short\n" + line + "\n")).isEqualTo(line + "\n");
  }
}
