package io.llmforge.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmforge.crds.plan.Objective;
import io.llmforge.crds.plan.PromptFormat;
import io.llmforge.trainer.data.TinyTokenizer.PostProcessor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RowTokenizerTest {

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(PostProcessor.class)
  void exactlyTheAssistantTurnsAreLearned(PostProcessor postProcessor) {
    try (var tokenizer = tokenizer(postProcessor)) {
      var row =
          row(
              tokenizer,
              user("Where is the  moon?  "),
              assistant("There, over the sea."),
              user("And"),
              assistant("No"));

      assertThat(learned(row, tokenizer))
          .containsExactly("<|assistant|>There, over the sea.<|end|>", "<|assistant|>No<|end|>");
      assertThat(row.targets()).isEqualTo(row.trained().cardinality());
    }
  }

  @Test
  void charactersOutsideTheBasicPlaneDoNotShiftTheMask() {
    try (var tokenizer = tokenizer(PostProcessor.NONE)) {
      var row =
          row(
              tokenizer,
              user("\ud83d\ude00\ud83d\udc69\u200d\ud83d\ude80 go?"),
              assistant("\ud83d\ude80 e\u0301 yes \ud83d\ude00"));

      assertThat(learned(row, tokenizer))
          .containsExactly("<|assistant|>\ud83d\ude80 e\u0301 yes \ud83d\ude00<|end|>");
    }
  }

  @Test
  void randomConversationsAreLearnedExactly() {
    var random = new SplittableRandom(11);
    try (var tokenizer = tokenizer(PostProcessor.TRIMS_OFFSETS)) {
      for (int round = 0; round < 200; round++) {
        var answers =
            IntStream.range(0, 1 + random.nextInt(3)).mapToObj(turn -> text(random)).toList();
        var messages =
            answers.stream()
                .flatMap(answer -> List.of(user(text(random)), assistant(answer)).stream())
                .toArray(Message[]::new);

        var row = row(tokenizer, messages);

        assertThat(learned(row, tokenizer))
            .containsExactlyElementsOf(
                answers.stream()
                    .map(answer -> "<|assistant|>" + answer.strip() + "<|end|>")
                    .toList());
      }
    }
  }

  @Test
  void tokenAcrossTheBorderOfATurnFailsTheRow() {
    var format = format("{instruction}", "{instruction}");
    try (var tokenizer = tokenizer(PostProcessor.NONE)) {
      var file =
          new ConversationFile(
              "train.jsonl",
              List.of(new Conversation(7, List.of(user("Really?"), assistant("Yes")))),
              new RowProblems("train.jsonl"));

      var rows =
          new RowTokenizer(new Objective.InstructionTuning(format), tokenizer).tokenize(file);

      assertThat(rows).isEmpty();
      assertThatThrownBy(() -> RowProblems.requireNone(List.of(file.problems())))
          .hasMessageContaining(
              "train.jsonl:7: the learned tokens say \"?Yes\" where the assistant says \"Yes\"");
    }
  }

  @Test
  void causalLanguageModellingLearnsEveryTokenButTheFirst() {
    try (var tokenizer = tokenizer(PostProcessor.NONE)) {
      var rows =
          new RowTokenizer(new Objective.CausalLm(PromptFormats.plain()), tokenizer)
              .tokenize(file(user("abc")));

      assertThat(rows.getFirst().length()).isEqualTo(3);
      assertThat(rows.getFirst().targets()).isEqualTo(2);
      assertThat(rows.getFirst().labels()[0]).isEqualTo(TokenRow.IGNORED);
    }
  }

  @Test
  void doubledBeginningOfTextIsReported() {
    var doubled = format("<|begin|><|user|>{instruction}<|end|>", "{instruction}<|end|>");
    try (var tokenizer = tokenizer(PostProcessor.NONE)) {
      var conversation = new Conversation(1, List.of(user("a")));

      assertThat(
              new RowTokenizer(new Objective.CausalLm(doubled), tokenizer)
                  .beginningOfText(conversation))
          .hasValueSatisfying(warning -> assertThat(warning).contains("token 1 twice"));
      assertThat(
              new RowTokenizer(new Objective.CausalLm(PromptFormats.tagged()), tokenizer)
                  .beginningOfText(conversation))
          .isEmpty();
    }
  }

  @Test
  void beginningOfTextThatOnlyTheTokenizerWouldWriteIsReported() {
    try (var tokenizer = tokenizer(PostProcessor.ADDS_BEGIN)) {
      var rows = new RowTokenizer(new Objective.CausalLm(PromptFormats.plain()), tokenizer);

      assertThat(rows.beginningOfText(new Conversation(1, List.of(user("a")))))
          .hasValueSatisfying(warning -> assertThat(warning).contains("has no bos"));
      assertThat(rows.tokenize(file(user("ab"))).getFirst().length()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 1})
  void truncationKeepsTheStart(int difference) {
    try (var tokenizer = tokenizer(PostProcessor.NONE)) {
      var row = row(tokenizer, user("abc"), assistant("xyz"));
      var contextLength = row.length() + difference;
      var problems = new RowProblems("train.jsonl");

      var cut = new RowSet(List.of(row), 1, 0).cut(contextLength, problems);

      assertThat(cut.truncated()).isEqualTo(difference < 0 ? 1 : 0);
      assertThat(cut.rows().getFirst().tokens())
          .isEqualTo(Arrays.copyOf(row.tokens(), Math.min(row.length(), contextLength)));
      assertThat(cut.rows().getFirst().targets()).isEqualTo(5 + Math.min(0, difference));
    }
  }

  @Test
  void rowWithoutATargetInsideTheContextFails() {
    try (var tokenizer = tokenizer(PostProcessor.NONE)) {
      var problems = new RowProblems("train.jsonl");

      new RowSet(List.of(row(tokenizer, user("abcdef"), assistant("x"))), 1, 0).cut(6, problems);

      assertThatThrownBy(() -> RowProblems.requireNone(List.of(problems)))
          .hasMessageContaining(
              "train.jsonl:1: nothing to learn is left of the row's 12 tokens within context_length 6");
    }
  }

  private TextTokenizer tokenizer(PostProcessor postProcessor) {
    return TextTokenizer.open(TinyTokenizer.write(folder, postProcessor), "tokenizer.json");
  }

  private static TokenRow row(TextTokenizer tokenizer, Message... messages) {
    var file = file(messages);
    var rows =
        new RowTokenizer(new Objective.InstructionTuning(PromptFormats.tagged()), tokenizer)
            .tokenize(file);
    RowProblems.requireNone(List.of(file.problems()));
    return rows.getFirst();
  }

  private static ConversationFile file(Message... messages) {
    return new ConversationFile(
        "train.jsonl",
        List.of(new Conversation(1, List.of(messages))),
        new RowProblems("train.jsonl"));
  }

  /** What the learned tokens say, one text per stretch of them. */
  private static List<String> learned(TokenRow row, TextTokenizer tokenizer) {
    var texts = new ArrayList<String>();
    for (int start = row.trained().nextSetBit(0); start >= 0; ) {
      int end = row.trained().nextClearBit(start);
      texts.add(tokenizer.decode(Arrays.copyOfRange(row.tokens(), start, end)));
      start = row.trained().nextSetBit(end);
    }
    return texts;
  }

  private static String text(RandomGenerator random) {
    var alphabet = "the re ?Y\u00e9\u4e2d\ud83d\ude00".codePoints().toArray();
    var text = new StringBuilder("x");
    random
        .ints(random.nextInt(12), 0, alphabet.length)
        .forEach(i -> text.appendCodePoint(alphabet[i]));
    return text.toString();
  }

  private static PromptFormat format(String user, String assistant) {
    return new PromptFormat(
        "{instruction}", user, assistant, "", "<|begin|>", false, "", false, true, List.of());
  }

  private static Message user(String content) {
    return new Message(Role.USER, content);
  }

  private static Message assistant(String content) {
    return new Message(Role.ASSISTANT, content);
  }
}
