package io.llmforge.crds.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.OptionalInt;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class YamlDocumentTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          `a: b: c`                                 | 1 | column 5: this is not YAML
          `a: 1\\n  b: 2`                            | 2 | this is not YAML
          `a: \"\"\"{instruction}\"\"\"`            | 1 | Three quotes are Python
          `a:\\n\\tb: 1`                             | 2 | indent with spaces
          `a: 1\\n---\\nb: 2`                         | 3 | a second YAML document begins here
          `a: !!python/object:os.system x`          | 1 | is not allowed
          `a: !secret x`                            | 1 | is not allowed
          `a: *b`                                   | 1 | this is not YAML
          `a: &x [*x]`                              | 1 | that holds the alias itself
          `? [a]\\n: b`                              | 1 | a key must be plain text
          """)
  void brokenDocumentIsRefusedWithItsLine(String text, int line, String message) {
    var reading = YamlDocument.parse(text.replace("\\n", "\n").replace("\\t", "\t"));

    assertThat(((YamlReading.Broken) reading).findings())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.message()).contains(message);
              assertThat(finding.line()).isEqualTo(line);
            });
  }

  @Test
  void emptyFileIsRefused() {
    assertThat(YamlDocument.parse("# nothing\n")).isInstanceOf(YamlReading.Broken.class);
  }

  @Test
  void aliasBombIsRefusedQuickly() {
    var bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
    for (int i = 1; i < 12; i++) {
      bomb.append("a%d: &a%d [".formatted(i, i))
          .append("*a%d,".formatted(i - 1).repeat(9))
          .append("]\n");
    }

    var reading =
        Assertions.assertTimeoutPreemptively(
            Duration.ofSeconds(5), () -> YamlDocument.parse(bomb.toString()));

    assertThat(reading).isInstanceOf(YamlReading.Broken.class);
  }

  @Test
  void deepAndLongDocumentsAreRefused() {
    assertThat(YamlDocument.parse("[".repeat(1000))).isInstanceOf(YamlReading.Broken.class);
    assertThat(YamlDocument.parse("a: " + "x".repeat(2 << 20)))
        .isInstanceOf(YamlReading.Broken.class);
  }

  @Test
  void anchorsAndMergesAreUnfolded() {
    var document = document("base: &b {x: 1, y: 2}\nmine:\n  <<: *b\n  y: 3\n");

    assertThat(document.root().get("mine").toString()).isEqualTo("{\"x\":1,\"y\":3}");
  }

  @Test
  void keyWrittenTwiceKeepsItsPlaceAndItsLastValue() {
    var document = document("a: 1\nb: 2\na: 3\n");

    assertThat(document.root().toString()).isEqualTo("{\"a\":3,\"b\":2}");
    assertThat(document.line("a")).isEqualTo(OptionalInt.of(3));
    assertThat(document.findings()).singleElement().extracting(Finding::line).isEqualTo(3);
  }

  @Test
  void partOfADocumentKnowsTheLinesOfTheFile() {
    var config =
        document("kind: x\nspec:\n  config:\n    a:\n      b: 1\n").below("spec", "config");

    assertThat(config.root().toString()).isEqualTo("{\"a\":{\"b\":1}}");
    assertThat(config.line("a.b")).isEqualTo(OptionalInt.of(5));
    assertThat(config.line("a.missing")).isEqualTo(OptionalInt.of(4));
  }

  @ParameterizedTest
  @CsvSource({
    "1e-4, NUMBER", "5E+3, NUMBER", ".5, NUMBER", "53_687_091_200, NUMBER", "-7, NUMBER",
    ".inf, NUMBER", ".nan, NUMBER", "1e99999, STRING", "1.2.3, STRING", "'0x10', STRING",
    "True, BOOLEAN", "off, BOOLEAN", "~, NULL", "2024-01-01, STRING", "'''1e-4''', STRING"
  })
  void plainScalarIsWhatPythonWouldMakeOfIt(String text, String type) {
    assertThat(document("a: " + text).root().get("a").getNodeType()).hasToString(type);
  }

  private static YamlDocument document(String text) {
    return ((YamlReading.Read) YamlDocument.parse(text)).document();
  }
}
