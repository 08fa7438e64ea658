package io.llmforge.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

  /** Another namespace is another release, and the definition belongs to the first. */
  @Test
  void everyPageSpeaksOfTheSameReleaseAndKeepsItsValues() throws IOException {
    List<String> commands;
    try (Stream<Path> pages = pages()) {
      commands =
          pages
              .map(ChartDocsTest::text)
              .flatMap(String::lines)
              .filter(
                  line ->
                      line.matches(
                          "helm .*|kubectl .*(deployment/|configmap |secret (generic )?)llmforge-.*"))
              .toList();
    }

    assertThat(commands).hasSizeGreaterThan(6);
    assertThat(commands)
        .allSatisfy(
            command ->
                assertThat(command).containsPattern("(-n|--namespace) llmforge-system( |$)"));
    assertThat(commands)
        .filteredOn(command -> command.startsWith("helm upgrade "))
        .isNotEmpty()
        .allSatisfy(
            command -> assertThat(command).containsAnyOf("--reset-then-reuse-values", "--values "));
  }

  private static List<String> blocks() throws IOException {
    try (Stream<Path> pages = pages()) {
      return pages
          .map(ChartDocsTest::text)
          .flatMap(text -> VALUES.matcher(text).results())
          .map(MatchResult::group)
          .map(block -> block.replaceAll("(?m)^```.*$", ""))
          .toList();
    }
  }

  private static Stream<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>(List.of(Path.of("../README.md")));
    try (Stream<Path> docs = Files.walk(Path.of("../docs"))) {
      docs.filter(page -> page.toString().endsWith(".md")).forEach(pages::add);
    }
    return pages.stream();
  }

  private static String text(Path page) {
    try {
      return Files.readString(page);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
