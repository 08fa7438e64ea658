package io.llmforge.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmforge.crds.plan.Objective;
import io.llmforge.crds.plan.PromptFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows of a classification: which labels they may say, and that these alone are learned. */
class LabelRowsTest {

  private static final List<String> LABELS = List.of("[[1", "[[1]]", "gr\u00fcn \ud83d\udc9a");

  @TempDir Path folder;

  @Test
  void onlyTheLabelOfTheLastTurnIsLearned() throws IOException {
    var objective = objective(PromptFormats.tagged());
    var conversation =
        new Conversation(
            3,
            List.of(
                user("Which of [[1]] and [[1?"),
                assistant("[[1]]"),
                user("\ud83d\ude00 And now"),
                assistant(" gr\u00fcn \ud83d\udc9a\n")));

    try (var tokenizer = labelled(objective)) {
      var row = rows(objective, tokenizer, conversation).getFirst();

      assertThat(row.targets()).isEqualTo(1);
      int position = row.trained().nextSetBit(0);
      assertThat(row.tokens()[position]).isEqualTo(TinyTokenizer.VOCABULARY + 2);
      assertThat(tokenizer.decode(new int[] {row.tokens()[position - 1]}))
          .isEqualTo("<|assistant|>");
    }
  }

  @Test
  void templateThatMakesAnotherLabelFailsTheRow() throws IOException {
    var objective = objective(format("{instruction}]]<|end|>"));
    var problems = new RowProblems("train.jsonl");
    var conversation = new Conversation(7, List.of(user("a"), assistant("[[1")));

    try (var tokenizer = labelled(objective)) {
      new RowTokenizer(objective, tokenizer)
          .tokenize(new ConversationFile("train.jsonl", List.of(conversation), problems));
    }

    assertThatThrownBy(() -> RowProblems.requireNone(List.of(problems)))
        .hasMessageContaining(
            "train.jsonl:7: the last turn holds label '[[1]]' where its message says '[[1'");
  }

  @Test
  void templateWithALabelOfItsOwnFailsTheRow() throws IOException {
    var objective = objective(format("[[1]] {instruction}<|end|>"));
    var problems = new RowProblems("train.jsonl");
    var conversation = new Conversation(1, List.of(user("a"), assistant("[[1]]")));

    try (var tokenizer = labelled(objective)) {
      new RowTokenizer(objective, tokenizer)
          .tokenize(new ConversationFile("train.jsonl", List.of(conversation), problems));
    }

    assertThatThrownBy(() -> RowProblems.requireNone(List.of(problems)))
        .hasMessageContaining("holds label '[[1]]' and '[[1]]' where its message says '[[1]]'");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          [[2]]        | the last message is '[[2]]'; it must be one of the labels and nothing else: [[1, [[1]], gr\u00fcn \ud83d\udc9a
          It is [[1]]. | the last message is 'It is [[1]].'; it must be one of the labels
          """)
  void answerThatIsNoLabelIsNamedWithItsLine(String answer, String problem) throws IOException {
    Path file = folder.resolve("train.jsonl");
    String row =
        "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"assistant\", \"content\": \"%s\"}]}\n";
    Files.writeString(file, row.formatted("[[1]]") + row.formatted(answer));

    var problems =
        ConversationFile.read(file, "train.jsonl", objective(PromptFormats.tagged())).problems();

    assertThatThrownBy(() -> RowProblems.requireNone(List.of(problems)))
        .hasMessageContaining("train.jsonl:2: " + problem);
  }

  @Test
  void whiteSpaceCountsWhereTheFormatKeepsIt() {
    var rules = new ConversationRules(objective(format("{instruction}<|end|>")));

    assertThat(rules.problem(List.of(user("a"), assistant("[[1]] "))))
        .hasValueSatisfying(problem -> assertThat(problem).contains("is '[[1]] '"));
    assertThat(rules.problem(List.of(user("a"), assistant("[[1]]")))).isEmpty();
    assertThat(rules.problem(List.of(user("a"))))
        .hasValueSatisfying(
            problem -> assertThat(problem).contains("classification needs an assistant message"));
  }

  private TextTokenizer labelled(Objective.Classification objective) throws IOException {
    TinyTokenizer.write(folder);
    LabelledTokenizer.of(folder, "tokenizer.json", objective.labels()).writeTo(folder);
    return TextTokenizer.open(folder.resolve("tokenizer.json"), "tokenizer.json");
  }

  private static List<TokenRow> rows(
      Objective objective, TextTokenizer tokenizer, Conversation... conversations) {
    var file =
        new ConversationFile("train.jsonl", List.of(conversations), new RowProblems("train.jsonl"));
    var rows = new RowTokenizer(objective, tokenizer).tokenize(file);
    RowProblems.requireNone(List.of(file.problems()));
    return rows;
  }

  private static Objective.Classification objective(PromptFormat format) {
    return new Objective.Classification(format, LABELS, List.of());
  }

  private static PromptFormat format(String assistant) {
    return new PromptFormat(
        "{instruction}",
        "<|user|>{instruction}<|end|>",
        assistant,
        "",
        "",
        false,
        "",
        false,
        false,
        List.of());
  }

  private static Message user(String content) {
    return new Message(Role.USER, content);
  }

  private static Message assistant(String content) {
    return new Message(Role.ASSISTANT, content);
  }
}
