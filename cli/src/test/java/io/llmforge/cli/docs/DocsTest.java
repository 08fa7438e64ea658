package io.llmforge.cli.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.llmforge.cli.CommandLines;
import io.llmforge.cli.file.FileCheck;
import io.llmforge.cli.file.FileVerdict;
import io.llmforge.crds.config.Finding;
import io.llmforge.crds.config.LlmForgeConfigReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Nothing on a page may be wrong: manifests, configs, rows, commands, links. */
class DocsTest {

  /** What a config needs and a page need not repeat. */
  private static final String REQUIRED =
      "model_id: pvc://models/base\ntrain_path: pvc://rows/train.jsonl\n";

  private static final Pattern COMMAND =
      Pattern.compile("[.]/llmforge\\s+((?:\"[^\"]*\"|[^|>&;)#`\"])+)");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s#]+)(?:#([^)\\s]+))?\\)");
  private static final Pattern OWN_ANCHOR = Pattern.compile("\\]\\(#([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("^#+ +(.+)$", Pattern.MULTILINE);

  private static final JsonMapper ROWS = JsonMapper.builder().build();

  @TempDir private Path folder;

  @TestFactory
  Stream<DynamicTest> everyBlockOfYamlIsReadByTheRealReader() throws IOException {
    return blocks("yaml").map(block -> DynamicTest.dynamicTest(block.place(), () -> check(block)));
  }

  @TestFactory
  Stream<DynamicTest> everyRowIsJson() throws IOException {
    return blocks("json")
        .map(
            block ->
                DynamicTest.dynamicTest(
                    block.place(),
                    () -> {
                      try (var rows = ROWS.readerFor(JsonNode.class).readValues(block.text())) {
                        assertThat(rows.readAll()).isNotEmpty();
                      }
                    }));
  }

  @TestFactory
  Stream<DynamicTest> everyCommandIsUnderstoodByTheRealCommandLine() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Path page : DocsFiles.pages()) {
      int number = 0;
      for (String line : Files.readAllLines(page)) {
        number++;
        if (line.startsWith("Usage: ")) {
          continue;
        }
        var place = "%s:%d".formatted(DocsFiles.HOME.relativize(page), number);
        COMMAND
            .matcher(line)
            .results()
            .map(found -> found.group(1).strip())
            .filter(command -> !command.startsWith("COMMAND") && !command.startsWith("="))
            .forEach(
                command ->
                    tests.add(
                        DynamicTest.dynamicTest(
                            place + " " + command, () -> check(command, line))));
      }
    }
    assertThat(tests).hasSizeGreaterThan(30);
    return tests.stream();
  }

  @TestFactory
  Stream<DynamicTest> everyLinkLeadsSomewhere() throws IOException {
    return DocsFiles.pages().stream()
        .map(page -> DynamicTest.dynamicTest(page.toString(), () -> checkLinks(page)));
  }

  @Test
  void mistakesOnAPageAreFound() throws IOException {
    var page = folder.resolve("page.md");
    Files.writeString(
        page,
        """
        ```yaml
        learning_rte: 1e-4
        ```
        ```yaml
        kind: FineTuneJob
        apiVersion: llmforge.io/v1alpha1
        metadata: {name: x}
        spec: {config: {model_id: a, train_path: b}, output: []}
        ```
        """);
    var blocks = FencedBlock.of(page);

    assertThat(blocks).hasSize(2);
    for (FencedBlock block : blocks) {
      assertThat(verdict(block)).isInstanceOf(FileVerdict.Refused.class);
    }
    assertThat(CommandLines.complaint("status NAME --wacth")).isPresent();
    assertThat(CommandLines.complaint("staus")).isPresent();
    assertThat(CommandLines.complaint("status NAME --watch")).isEmpty();
  }

  private static Stream<FencedBlock> blocks(String language) throws IOException {
    List<FencedBlock> blocks = new ArrayList<>();
    for (Path page : DocsFiles.pages()) {
      FencedBlock.of(page).stream()
          .filter(block -> block.language().equals(language))
          .forEach(blocks::add);
    }
    assertThat(blocks).isNotEmpty();
    return blocks.stream();
  }

  private void check(FencedBlock block) throws IOException {
    JsonNode content = new YAMLMapper().readTree(block.text());
    if (content.has("kind") && !content.path("kind").asText().equals("FineTuneJob")) {
      assertThat(content.path("apiVersion").asText()).isNotEmpty();
      return;
    }
    var verdict = verdict(block);
    assertThat(verdict)
        .as(() -> verdict.findings().stream().map(Finding::toString).toList().toString())
        .isInstanceOf(FileVerdict.Accepted.class);
  }

  private FileVerdict verdict(FencedBlock block) throws IOException {
    var text = block.text();
    if (!text.contains("kind:") && !text.contains("model_id:")) {
      text = REQUIRED + text;
    }
    var file = folder.resolve("block.yaml");
    Files.writeString(file, text);
    return new FileCheck(new LlmForgeConfigReader()).check(file);
  }

  private static void check(String command, String line) {
    // Prose speaks of a command without typing it.
    boolean isMentioned = !command.contains(" ") && line.contains("`");
    var complaint = isMentioned ? CommandLines.unknown(command) : CommandLines.complaint(command);
    assertThat(complaint).isEmpty();
    Stream.of(command.split("\\s+"))
        .filter(word -> word.startsWith("examples/") && !word.contains("..."))
        .forEach(word -> assertThat(DocsFiles.HOME.resolve(word)).exists());
  }

  private static void checkLinks(Path page) throws IOException {
    var text = Files.readString(page).replaceAll("(?s)```.*?```", "");
    for (var found : LINK.matcher(text).results().toList()) {
      if (found.group(1).matches("[a-z]+:.*")) {
        continue;
      }
      var target = page.resolveSibling(found.group(1)).normalize();
      assertThat(target).as("link on " + page).exists();
      if (found.group(2) != null) {
        assertThat(anchors(Files.readString(target)))
            .as("link on " + page)
            .contains(found.group(2));
      }
    }
    for (var found : OWN_ANCHOR.matcher(text).results().toList()) {
      assertThat(anchors(text)).as("link on " + page).contains(found.group(1));
    }
  }

  // As GitHub makes them of headings.
  private static List<String> anchors(String page) {
    return HEADING
        .matcher(page)
        .results()
        .map(
            found ->
                found
                    .group(1)
                    .toLowerCase(java.util.Locale.ROOT)
                    .replaceAll("[^a-z0-9 _-]", "")
                    .strip()
                    .replace(' ', '-'))
        .toList();
  }
}
