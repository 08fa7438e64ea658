package io.llmforge.cli.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the page of examples says was measured is what the examples are held to. */
class StoriesPageTest {

  private static final Path EXAMPLES = DocsFiles.HOME.resolve("examples");
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| \\[(\\d\\d-[^]]+)]\\([^)]+\\) \\|.*\\| ([^|]*)\\|$");
  private static final Pattern MEASURED =
      Pattern.compile("`([^`]+)` (\\d+(?:[.]\\d+)?) to (\\d+(?:[.]\\d+)?)");

  record Row(String story, String measured) {}

  static Stream<Row> rows() throws IOException {
    return ROW.matcher(Files.readString(EXAMPLES.resolve("README.md")))
        .results()
        .map(found -> new Row(found.group(1), found.group(2).strip()));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void numbersOfAStoryAreThoseItMustEndIn(Row row) throws IOException {
    var status =
        new YAMLMapper()
            .readTree(EXAMPLES.resolve(row.story()).resolve("expected-status.yaml").toFile());
    var measured = MEASURED.matcher(row.measured());
    if (!status.has("metrics")) {
      assertThat(row.measured()).isEmpty();
      return;
    }

    assertThat(measured.matches()).as(row.toString()).isTrue();
    var metric =
        status
            .get("metrics")
            .valueStream()
            .filter(one -> one.path("name").asText().equals(measured.group(1)))
            .findFirst()
            .orElseThrow();
    assertIsWithin(metric.path("first"), Double.parseDouble(measured.group(2)));
    assertIsWithin(metric.path("value"), Double.parseDouble(measured.group(3)));
  }

  @Test
  void everyStoryHasItsRow() throws IOException {
    List<String> stories;
    try (Stream<Path> folders = Files.list(EXAMPLES)) {
      stories =
          folders
              .map(folder -> folder.getFileName().toString())
              .filter(name -> name.matches("\\d\\d-.*"))
              .sorted()
              .toList();
    }

    assertThat(rows().map(Row::story)).containsExactlyElementsOf(stories);
  }

  private static void assertIsWithin(JsonNode bounds, double number) {
    assertThat(number).isGreaterThan(bounds.path("above").asDouble(Double.NEGATIVE_INFINITY));
    assertThat(number).isLessThan(bounds.path("below").asDouble(Double.POSITIVE_INFINITY));
  }
}
