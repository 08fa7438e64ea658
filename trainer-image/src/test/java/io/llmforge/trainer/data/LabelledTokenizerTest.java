package io.llmforge.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.trainer.conformance.Agreement;
import io.llmforge.trainer.conformance.ConformanceRecord;
import io.llmforge.trainer.conformance.GoldenTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LabelledTokenizerTest {

  private static final Path FIXTURES = Path.of("src/test/resources/fixtures/labels/tokenizers");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"byte-level", "sentence-pieces"})
  void labelsAreAddedAsTransformersAddsThem(String name) throws IOException {
    var agreement = new Agreement(GoldenTest.TOKENIZER_PATCH, name);
    String base = Files.readString(FIXTURES.resolve(name).resolve("tokenizer.json"));
    JsonNode cases = JSON.readTree(FIXTURES.resolve(name).resolve("expected.json").toFile());
    for (Map.Entry<String, JsonNode> named : cases.properties()) {
      JsonNode expected = named.getValue();
      List<String> labels = texts(expected.path("labels"));
      Files.writeString(folder.resolve("tokenizer.json"), base);

      LabelTokens tokens = patch(folder, labels);

      ObjectNode file = (ObjectNode) JSON.readTree(base);
      file.set("added_tokens", expected.path("added_tokens"));
      agreement.addExact(
          named.getKey() + ": file",
          JSON.readTree(folder.resolve("tokenizer.json").toFile()),
          file);
      agreement.addExact(
          named.getKey() + ": ids", JSON.valueToTree(tokens.ids()), expected.path("ids"));
      try (var tokenizer = TextTokenizer.open(folder.resolve("tokenizer.json"), "tokenizer.json")) {
        agreement.addExact(named.getKey() + ": opened", LabelTokens.of(labels, tokenizer), tokens);
        for (JsonNode encoding : expected.path("encodings")) {
          String text = encoding.path("text").textValue();
          agreement.addExact(
              named.getKey() + ": " + text,
              JSON.valueToTree(tokenizer.encode(text).tokens()),
              encoding.path("ids"));
        }
      }
    }
    agreement.check();
  }

  /** The mistakes that the comparison is there for, each of which it must see. */
  @ParameterizedTest
  @CsvSource({"special, false", "normalized, true", "single_word, true", "id, 999"})
  void otherAddedTokenIsSeen(String field, String value) throws IOException {
    var expected =
        JSON.readTree(FIXTURES.resolve("byte-level/expected.json").toFile()).path("numbered");
    Files.copy(FIXTURES.resolve("byte-level/tokenizer.json"), folder.resolve("tokenizer.json"));
    patch(folder, texts(expected.path("labels")));
    var patched = JSON.readTree(folder.resolve("tokenizer.json").toFile()).path("added_tokens");

    ((ObjectNode) patched.get(patched.size() - 1)).set(field, JSON.readTree(value));

    assertThat(patched).isNotEqualTo(expected.path("added_tokens"));
    ConformanceRecord.refused(GoldenTest.TOKENIZER_PATCH, field + " is " + value).append();
  }

  @Test
  void everythingElseStaysAsItIsWritten() throws IOException {
    String before =
        "{\"version\":\"1.0\", \"added_tokens\" : [ ],\n\t\"model\": {\"type\": \"BPE\", \"vocab\": {\"\\u0041\": 0}, \"merges\": []},  \"x\": 1.50e-3}";
    Files.writeString(folder.resolve("tokenizer.json"), before);

    patch(folder, List.of("[[1]]"));

    assertThat(Files.readString(folder.resolve("tokenizer.json")))
        .startsWith("{\"version\":\"1.0\", \"added_tokens\" : [")
        .contains("\"content\":\"[[1]]\"")
        .endsWith(
            "],\n\t\"model\": {\"type\": \"BPE\", \"vocab\": {\"\\u0041\": 0}, \"merges\": []},  \"x\": 1.50e-3}");
  }

  @Test
  void filesThatSayItAgainSayTheSame() throws IOException {
    Files.copy(FIXTURES.resolve("byte-level/tokenizer.json"), folder.resolve("tokenizer.json"));
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"added_tokens_decoder\": {\"0\": {\"content\": \"<|pad|>\", \"special\": true}}, \"model_max_length\": 1000000000000000019884624838656}");
    Files.writeString(folder.resolve("added_tokens.json"), "{\"<|yes|>\": 301}");

    patch(folder, List.of("[[1]]", "<|end|>"));

    var config = JSON.readTree(folder.resolve("tokenizer_config.json").toFile());
    assertThat(config.path("model_max_length").bigIntegerValue())
        .isEqualTo("1000000000000000019884624838656");
    assertThat(config.path("added_tokens_decoder").path("302"))
        .isEqualTo(
            JSON.readTree(
                "{\"content\": \"[[1]]\", \"single_word\": false, \"lstrip\": false, \"rstrip\": false, \"normalized\": false, \"special\": true}"));
    assertThat(config.path("added_tokens_decoder").path("1").path("content").asText())
        .isEqualTo("<|end|>");
    assertThat(JSON.readTree(folder.resolve("added_tokens.json").toFile()))
        .isEqualTo(JSON.readTree("{\"<|yes|>\": 301, \"[[1]]\": 302, \"<|end|>\": 1}"));
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'model':                                                      | is not JSON
          []                                                             | is without its list 'added_tokens'
          {'added_tokens': [], 'model': {}}                              | is without a vocabulary in its 'model'
          {'added_tokens': ['a'], 'model': {'vocab': {}}}                | is with an added token that has no id or content: "a"
          {'added_tokens': [], 'model': {'vocab': {'a': 0, 'b': 2}}}     | numbers its tokens with gaps: the next, 2, is one already, so label 'x' cannot be added
          """)
  void unusableTokenizerIsRefused(String text, String problem) throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), text.replace('\'', '"'));

    assertThatThrownBy(
            () -> LabelledTokenizer.of(folder, "pvc://models/base/tokenizer.json", List.of("x")))
        .isInstanceOf(TokenizerInvalidException.class)
        .hasMessageStartingWith("pvc://models/base/tokenizer.json " + problem);
  }

  @Test
  void labelThatIsNoTokenOfItsOwnIsRefused() {
    try (var tokenizer =
        TextTokenizer.open(FIXTURES.resolve("byte-level/tokenizer.json"), "tokenizer.json")) {
      assertThatThrownBy(() -> LabelTokens.of(List.of("[[1]]"), tokenizer))
          .isInstanceOf(TokenizerInvalidException.class)
          .hasMessageContaining("tokens of the label '[[1]]' where it must be one of its own");
    }
  }

  private static LabelTokens patch(Path folder, List<String> labels) throws IOException {
    var labelled = LabelledTokenizer.of(folder, "tokenizer.json", labels);
    labelled.writeTo(folder);
    return labelled.tokens();
  }

  private static List<String> texts(JsonNode list) {
    return list.valueStream().map(JsonNode::textValue).toList();
  }
}
