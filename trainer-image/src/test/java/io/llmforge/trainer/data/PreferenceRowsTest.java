package io.llmforge.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmforge.crds.plan.Location;
import io.llmforge.crds.plan.Objective;
import io.llmforge.crds.plan.Objective.PreferenceLoss;
import io.llmforge.crds.plan.PromptFormat;
import io.llmforge.trainer.data.TinyTokenizer.PostProcessor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows of two answers: how they are written, what is wrong with them, what is left of them. */
class PreferenceRowsTest {

  private static final String CHAT =
      "{'chosen': [{'role': 'user', 'content': 'Tea?'}, {'role': 'assistant', 'content': 'Yes'}],"
          + " 'rejected': [{'role': 'user', 'content': 'Tea?'}, {'role': 'assistant', 'content': 'No'}]}";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        CHAT,
        "{'prompt': [{'role': 'user', 'content': 'Tea?'}], 'chosen': [{'role': 'assistant', 'content': 'Yes'}], 'rejected': [{'role': 'assistant', 'content': 'No'}]}",
        "{'prompt': 'Tea?', 'chosen': 'Yes', 'rejected': 'No', 'score': 0.5}",
        "{'chosen': 'Tea?Yes', 'rejected': 'Tea?No'}"
      })
  void everyWayToWriteAPairGivesTheSameTokens(String row) throws IOException {
    try (var tokenizer = tokenizer()) {
      var rows = tokens(tokenizer, PromptFormats.tagged(), row);

      assertThat(rows).hasSize(2);
      assertThat(tokenizer.decode(rows.get(0).tokens()))
          .isEqualTo("<|begin|><|user|>Tea?<|end|><|assistant|>Yes<|end|>");
      assertThat(tokenizer.decode(rows.get(1).tokens()))
          .isEqualTo("<|begin|><|user|>Tea?<|end|><|assistant|>No<|end|>");
      assertThat(answer(tokenizer, rows.get(0))).isEqualTo("<|assistant|>Yes<|end|>");
      assertThat(answer(tokenizer, rows.get(1))).isEqualTo("<|assistant|>No<|end|>");
      assertThat(rows).extracting(TokenRow::line).containsExactly(1L, 1L);
    }
  }

  @Test
  void onlyTheLastAnswerIsLearned() throws IOException {
    try (var tokenizer = tokenizer()) {
      var rows =
          tokens(
              tokenizer,
              PromptFormats.tagged(),
              "{'prompt': [{'role': 'user', 'content': 'a'}, {'role': 'assistant', 'content': 'b'}, {'role': 'user', 'content': 'c'}],"
                  + " 'chosen': [{'role': 'assistant', 'content': 'd'}], 'rejected': [{'role': 'assistant', 'content': 'e'}]}");

      assertThat(answer(tokenizer, rows.get(0))).isEqualTo("<|assistant|>d<|end|>");
      assertThat(answer(tokenizer, rows.get(1))).isEqualTo("<|assistant|>e<|end|>");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'rejected': []} | field 'chosen' is missing; a preference row has 'chosen' and 'rejected', both lists of messages or both texts
          {'chosen': 'a'} | field 'rejected' is missing
          {'chosen': 1, 'rejected': 2} | field 'chosen' is a number
          {'chosen': 'a', 'rejected': []} | field 'chosen' is a string and field 'rejected' is a list
          {'chosen': [], 'rejected': []} | chosen: 'messages' is empty
          {'chosen': [{'role': 'user', 'content': 'a'}, {'role': 'bot', 'content': 'b'}], 'rejected': []} | chosen[1].role is 'bot'; use system, user or assistant
          {'chosen': [{'role': 'user', 'content': 'a'}, {'role': 'assistant', 'content': 'b'}], 'rejected': [{'role': 'user', 'content': 'a'}]} | rejected: the last message is from the user; preference_tuning needs an assistant message after it
          {'chosen': [{'role': 'user', 'content': 'a'}, {'role': 'assistant', 'content': ' '}], 'rejected': []} | chosen: messages[1] of the assistant is empty
          {'chosen': [{'role': 'user', 'content': 'a'}, {'role': 'assistant', 'content': 'c'}], 'rejected': [{'role': 'user', 'content': 'b'}, {'role': 'assistant', 'content': 'd'}]} | the prompts of chosen and rejected differ from message 0 on
          {'chosen': [{'role': 'user', 'content': 'a'}, {'role': 'assistant', 'content': 'c'}], 'rejected': [{'role': 'system', 'content': 's'}, {'role': 'user', 'content': 'a'}, {'role': 'assistant', 'content': 'd'}]} | the prompts of chosen and rejected differ from message 0 on
          {'chosen': [{'role': 'user', 'content': 'a'}, {'role': 'assistant', 'content': 'c'}], 'rejected': [{'role': 'user', 'content': 'a'}, {'role': 'assistant', 'content': 'c '}]} | the chosen and the rejected answer are the same
          {'prompt': [{'role': 'user', 'content': 'a'}], 'chosen': [{'role': 'user', 'content': 'b'}], 'rejected': []} | prompt and chosen: messages[1] has role 'user' where 'assistant' is due
          {'prompt': [{'role': 'user'}], 'chosen': [], 'rejected': []} | prompt[0].content is missing
          {'prompt': 'a', 'chosen': 'b', 'rejected': 'b'} | the chosen and the rejected answer are the same
          {'prompt': 'a', 'chosen': 'b', 'rejected': ' '} | the rejected answer is empty; write its text or remove the row
          {'prompt': ' ', 'chosen': 'b', 'rejected': 'c'} | field 'prompt' is empty
          {'chosen': 'Yes', 'rejected': 'No'} | chosen and rejected have no common beginning
          {'chosen': 'Tea? Yes', 'rejected': 'Tea?'} | the rejected answer is empty
          {'prompt': 'a', 'chosen': '\\ud83d', 'rejected': 'c'} | a text holds half of a surrogate pair
          {'messages': []} | field 'chosen' is missing
          """)
  void mistakeIsNamedWithFileAndLine(String row, String problem) throws IOException {
    var file = file(CHAT, row);

    var problems = ConversationFile.read(file, "pvc://data/train.jsonl", objective()).problems();

    assertThatThrownBy(() -> RowProblems.requireNone(List.of(problems)))
        .hasMessageContaining("pvc://data/train.jsonl:2: " + problem);
  }

  @Test
  void commonBeginningEndsBeforeABlankAndWithAWholeCharacter() throws IOException {
    var spaced = read("{'chosen': 'Tea? Yes', 'rejected': 'Tea? No'}");
    var flags = read("{'chosen': 'A\\ud83d\\ude00b', 'rejected': 'A\\ud83d\\ude01c'}");

    assertThat(spaced.messages()).extracting(Message::content).containsExactly("Tea?", " Yes");
    assertThat(flags.messages()).extracting(Message::content).containsExactly("A", "\ud83d\ude00b");
  }

  /** The prompt ends in a blank, which the tokenizer joins to a blank that begins an answer. */
  @Test
  void answerThatIsJoinedToThePromptIsRefused() throws IOException {
    var glued =
        new PromptFormat(
            "{instruction}",
            "{instruction} ",
            "{instruction}<|end|>",
            "",
            "",
            false,
            "",
            false,
            false,
            List.of());
    try (var tokenizer = tokenizer()) {
      var file =
          ConversationFile.read(
              file("{'prompt': 'a', 'chosen': 'b', 'rejected': ' c'}"),
              "train.jsonl",
              objective(glued));

      new RowTokenizer(objective(glued), tokenizer).tokenize(file);

      assertThatThrownBy(() -> RowProblems.requireNone(List.of(file.problems())))
          .hasMessageContaining("train.jsonl:1: the learned tokens say \"  c<|end|>\"");
    }
  }

  /** Prompts of 7 and 4 tokens, answers of 5 and 4 to each. */
  @ParameterizedTest
  @CsvSource({"12, 2, 0", "11, 2, 1", "10, 2, 2", "8, 2, 3", "7, 1, 2"})
  void pairIsLeftOutWhenThePromptFillsTheContext(int contextLength, int kept, int truncated)
      throws IOException {
    try (var tokenizer = tokenizer()) {
      var uncut = new ArrayList<>(tokens(tokenizer, PromptFormats.tagged(), CHAT));
      uncut.addAll(tokens(tokenizer, PromptFormats.tagged(), CHAT.replace("Tea?", "T")));
      assertThat(uncut).extracting(TokenRow::length).containsExactly(12, 11, 9, 8);
      var problems = new RowProblems("train.jsonl");

      var cut = new RowSet(uncut, 2, 0).cut(contextLength, problems);

      assertThat(cut.size()).isEqualTo(kept);
      assertThat(cut.truncated()).isEqualTo(truncated);
      assertThat(cut.dropped()).isEqualTo(kept == 2 ? List.of() : List.of(0));
      assertThat(cut.rows()).allMatch(row -> row.targets() > 0 && row.length() <= contextLength);
      assertThat(problems.isEmpty()).isTrue();
      assertThat(problems.remarks())
          .isEqualTo(
              kept == 2
                  ? List.of()
                  : List.of(
                      "train.jsonl: 1 row, the first in line 1: left out, as nothing of an answer is left within context_length 7"));
    }
  }

  @Test
  void fileOfWhichNothingIsLeftIsRefused() throws IOException {
    try (var tokenizer = tokenizer()) {
      var problems = new RowProblems("train.jsonl");
      var uncut = new RowSet(tokens(tokenizer, PromptFormats.tagged(), CHAT), 2, 0);

      var cut = uncut.cut(7, problems);

      assertThat(cut.size()).isZero();
      assertThatThrownBy(() -> RowProblems.requireNone(List.of(problems)))
          .hasMessageContaining("nothing to learn is left of any row within context_length 7");
    }
  }

  @Test
  void cachedPairsAreTheCutOnesWithoutThoseLeftOut() throws IOException {
    try (var tokenizer = tokenizer()) {
      var rows = new ArrayList<>(tokens(tokenizer, PromptFormats.tagged(), CHAT));
      rows.addAll(tokens(tokenizer, PromptFormats.tagged(), CHAT.replace("Tea?", "T")));
      rows.addAll(tokens(tokenizer, PromptFormats.tagged(), CHAT));
      rows.addAll(tokens(tokenizer, PromptFormats.tagged(), CHAT.replace("Tea?", "U")));

      var prepared =
          new RowCache(folder.resolve("rows"), "0123456789abcdef".repeat(4))
              .write(
                  files -> {
                    var uncut = files.store(RowFiles.Part.TRAIN, 2, rows::forEach);
                    var cut = uncut.cut(7, new RowProblems("train.jsonl"));
                    return new RowSummary(7, FileSummary.of(uncut.lengths(), cut), null, List.of());
                  });

      assertThat(prepared.train().dropped()).containsExactly(0, 2);
      assertThat(prepared.train().size()).isEqualTo(2);
      assertThat(prepared.train().rows())
          .extracting(row -> tokenizer.decode(row.tokens()))
          .allMatch(text -> text.matches("<\\|begin\\|><\\|user\\|>[TU]<\\|end\\|>.*"));
      assertThat(prepared.summary().train().targets())
          .isEqualTo(prepared.train().targets())
          .isPositive();
    }
  }

  private Conversation read(String row) throws IOException {
    var file = ConversationFile.read(file(row), "train.jsonl", objective());
    RowProblems.requireNone(List.of(file.problems()));
    return file.conversations().getFirst();
  }

  private List<TokenRow> tokens(TextTokenizer tokenizer, PromptFormat format, String row)
      throws IOException {
    var file = ConversationFile.read(file(row), "train.jsonl", objective(format));
    var rows = new RowTokenizer(objective(format), tokenizer).tokenize(file);
    RowProblems.requireNone(List.of(file.problems()));
    return rows;
  }

  private static String answer(TextTokenizer tokenizer, TokenRow row) {
    return tokenizer.decode(
        row.trained().stream().map(position -> row.tokens()[position]).toArray());
  }

  private TextTokenizer tokenizer() {
    return TextTokenizer.open(TinyTokenizer.write(folder, PostProcessor.NONE), "tokenizer.json");
  }

  private Path file(String... rows) throws IOException {
    return Files.writeString(
        folder.resolve("train.jsonl"), String.join("\n", rows).replace('\'', '"'));
  }

  private static Objective objective() {
    return objective(PromptFormats.tagged());
  }

  private static Objective objective(PromptFormat format) {
    return new Objective.PreferenceTuning(
        format,
        new PreferenceLoss(PreferenceLoss.Kind.SIGMOID, 0.1, 0),
        new Objective.ReferencePlan(new Location.Workspace("reference"), 1, 2));
  }
}
