package io.llmforge.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Values of the chart that a page shows are values that the chart takes. */
class ChartDocsTest {

  private static final Pattern VALUES =
      Pattern.compile("^```yaml values\\n(.*?)^```", Pattern.DOTALL | Pattern.MULTILINE);

  @TempDir private Path folder;

  @Test
  void everyBlockOfValuesIsTaken() throws IOException {
    List<String> blocks = blocks();

    assertThat(blocks).isNotEmpty();
    Path file = folder.resolve("values.yaml");
    for (String block : blocks) {
      Files.writeString(file, block);
      assertThat(RenderedChart.render(command -> command.withValuesFile(file)))
          .as(block)
          .isNotEmpty();
    }
  }

  private static List<String> blocks() throws IOException {
    try (Stream<Path> pages = Files.list(Path.of("../docs"))) {
      return pages
          .filter(page -> page.toString().endsWith(".md"))
          .map(ChartDocsTest::text)
          .flatMap(text -> VALUES.matcher(text).results())
          .map(MatchResult::group)
          .map(block -> block.replaceAll("(?m)^```.*$", ""))
          .toList();
    }
  }

  private static String text(Path page) {
    try {
      return Files.readString(page);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
