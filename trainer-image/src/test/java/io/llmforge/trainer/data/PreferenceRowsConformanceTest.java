package io.llmforge.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.crds.plan.Location;
import io.llmforge.crds.plan.Objective;
import io.llmforge.crds.plan.Objective.PreferenceLoss;
import io.llmforge.crds.plan.PromptFormat;
import io.llmforge.crds.plan.TextFormat;
import io.llmforge.crds.plan.TokenizerTemplate;
import io.llmforge.trainer.conformance.Agreement;
import io.llmforge.trainer.conformance.ConformanceRecord;
import io.llmforge.trainer.conformance.GoldenTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Token by token against rows that make_preferences.py prepared with TRL. */
class PreferenceRowsConformanceTest {

  private static final Path FIXTURE = Path.of("src/test/resources/fixtures/preferences/rows");

  /** What TRL does to texts: nothing, but for the end token behind an answer. */
  private static final PromptFormat TEXT = format("{instruction}", "{instruction}<|end|>", false);

  /** As the fixture's template, but for the header of an answer, which belongs to the answer. */
  private static final PromptFormat CHAT =
      format("<|user|>{instruction}<|end|>", "<|assistant|>{instruction}<|end|>", true);

  private static final TextFormat TEMPLATE = new TokenizerTemplate("2025-03-09", List.of());

  @TempDir Path folder;
  private TextTokenizer tokenizer;

  @BeforeEach
  void open() {
    tokenizer = TextTokenizer.open(FIXTURE.resolve("tokenizer.json"), "tokenizer.json");
  }

  @AfterEach
  void close() {
    tokenizer.close();
  }

  @Test
  void promptsAnswersAndKeptRowsAreThoseOfTrl() throws IOException {
    for (var each : cases()) {
      if (each.path("name").asText().startsWith("prompt cut")
          || each.path("name").asText().startsWith("in two ways")) {
        continue;
      }
      boolean isChat = each.path("chat").asBoolean();
      var what = "%s, %s".formatted(each.path("name").asText(), each.path("max_length").asText());
      var agreement = new Agreement(GoldenTest.PREFERENCE_ROWS, what);

      var ours = rows(each, isChat ? TEMPLATE : TEXT).cut(maxLength(each), new RowProblems(what));

      agreement.addExact("kept rows", lines(ours), numbers(each));
      agreement.addExact("tokens and masks", texts(ours), expected(each));
      agreement.check();
    }
  }

  /** LLMForge trains the whole turn: with a prompt format the header is part of the answer. */
  @Test
  void promptFormatLearnsTheHeaderBesides() throws IOException {
    for (var each : cases()) {
      if (!each.path("chat").asBoolean() || maxLength(each) < 512) {
        continue;
      }
      var ours = rows(each, CHAT);

      for (var pair : each.path("kept")) {
        for (var side : List.of("chosen", "rejected")) {
          int number = 2 * pair.path("number").asInt() + (side.equals("chosen") ? 0 : 1);
          var row = ours.rows().get(number);
          int prompt = pair.path("prompt").size();
          assertThat(Arrays.stream(row.tokens()).boxed().toList())
              .isEqualTo(joined(pair.path("prompt"), pair.path(side)));
          assertThat(row.trained().nextSetBit(0)).isEqualTo(prompt - 1);
          assertThat(row.trained().cardinality()).isEqualTo(pair.path(side).size() + 1);
        }
      }
    }
  }

  /** Where TRL warns and cuts in the middle of what it did not mean, ours cuts right or refuses. */
  @Test
  void promptThatIsCutUpInTwoWaysIsNeverCutWrong() throws IOException {
    var alone = theCase("prompt cut up differently alone");
    var mixed = theCase("in two ways");

    var ours = rows(alone, TEXT).rows();

    assertThat(answer(ours.get(0))).isEqualTo("blue<|end|>");
    assertThat(answer(ours.get(1))).isEqualTo("the sky<|end|>");
    assertThat(tokenizer.decode(ids(alone.path("kept").get(0).path("chosen"))))
        .as("TRL's answer")
        .isEqualTo("\nblue<|end|>");
    assertThatThrownBy(() -> rows(mixed, TEXT))
        .hasMessageContaining("train.jsonl:1: the tokenizer cuts up the prompt differently");
    ConformanceRecord.refused(GoldenTest.PREFERENCE_ROWS, "prompt cut up in two ways").append();
  }

  private RowSet rows(JsonNode each, TextFormat format) throws IOException {
    var lines =
        each.path("rows").valueStream().map(JsonNode::toString).collect(Collectors.joining("\n"));
    var objective =
        new Objective.PreferenceTuning(
            format,
            new PreferenceLoss(PreferenceLoss.Kind.SIGMOID, 0.1, 0),
            new Objective.ReferencePlan(new Location.Workspace("reference"), 1, 2));
    var source = Files.writeString(folder.resolve("train.jsonl"), lines);
    var file = ConversationFile.read(source, "train.jsonl", objective);
    var rows = new RowTokenizer(objective, tokenizer).tokenize(withoutEnd(file));
    RowProblems.requireNone(List.of(file.problems()));
    return new RowSet(rows, 2, 0);
  }

  /** TRL adds the end token to texts that lack it; our format adds it to every text. */
  private static ConversationFile withoutEnd(ConversationFile file) {
    return new ConversationFile(
        file.source(),
        file.conversations().stream()
            .map(row -> new Conversation(row.line(), cut(row.messages()), cut(row.rejected())))
            .toList(),
        file.problems());
  }

  private static List<Message> cut(List<Message> messages) {
    return messages.stream()
        .map(message -> new Message(message.role(), message.content().replace("<|end|>", "")))
        .toList();
  }

  private static List<Long> lines(RowSet rows) {
    return IntStream.range(0, rows.size())
        .mapToObj(row -> rows.sequencesOf(row).getFirst().line() - 1)
        .toList();
  }

  private static List<Long> numbers(JsonNode each) {
    return each.path("kept").valueStream().map(row -> row.path("number").asLong()).toList();
  }

  private static List<String> texts(RowSet rows) {
    return rows.rows().stream()
        .map(
            row ->
                IntStream.range(0, row.length())
                    .mapToObj(i -> row.tokens()[i] + (row.trained().get(i) ? "+" : "-"))
                    .collect(Collectors.joining(" ")))
        .toList();
  }

  private static List<String> expected(JsonNode each) {
    var texts = new ArrayList<String>();
    for (var pair : each.path("kept")) {
      for (var sequence : pair.path("sequences")) {
        var ids = sequence.path("ids");
        texts.add(
            IntStream.range(0, ids.size())
                .mapToObj(
                    i ->
                        ids.get(i).asInt()
                            + (sequence.path("learned").get(i).asInt() == 1 ? "+" : "-"))
                .collect(Collectors.joining(" ")));
      }
    }
    return texts;
  }

  private String answer(TokenRow row) {
    return tokenizer.decode(row.trained().stream().map(i -> row.tokens()[i]).toArray());
  }

  private static int maxLength(JsonNode each) {
    return each.path("max_length").asInt();
  }

  private static List<Integer> joined(JsonNode first, JsonNode second) {
    return IntStream.concat(Arrays.stream(ids(first)), Arrays.stream(ids(second))).boxed().toList();
  }

  private static int[] ids(JsonNode array) {
    return array.valueStream().mapToInt(JsonNode::asInt).toArray();
  }

  private static JsonNode theCase(String name) throws IOException {
    return cases()
        .valueStream()
        .filter(each -> each.path("name").asText().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static JsonNode cases() throws IOException {
    return new ObjectMapper().readTree(Files.readString(FIXTURE.resolve("cases.json")));
  }

  private static PromptFormat format(String user, String assistant, boolean isChat) {
    return new PromptFormat(
        "<|system|>{instruction}<|end|>",
        user,
        assistant,
        "",
        isChat ? "<|begin|>" : "",
        false,
        "",
        false,
        false,
        List.of());
  }
}
