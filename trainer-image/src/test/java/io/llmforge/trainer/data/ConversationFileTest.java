package io.llmforge.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmforge.crds.plan.Objective;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConversationFileTest {

  private static final String VALID =
      "{'messages': [{'role': 'user', 'content': 'Hi'}, {'role': 'assistant', 'content': 'Ho'}]}";
  private static final Objective INSTRUCTION =
      new Objective.InstructionTuning(PromptFormats.tagged());
  private static final Objective CAUSAL = new Objective.CausalLm(PromptFormats.plain());

  @TempDir Path folder;

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'messages': [                                  | not valid JSON (the line ends in the middle of a value); write one JSON object per line
          {'messages': []} {'messages': []}               | not valid JSON
          [1, 2]                                          | the row is a list, not an object
          null                                            | the row is null, not an object
          {'text': 'hello'}                               | field 'messages' is missing
          {'messages': 'hello'}                           | field 'messages' is a string, not a list
          {'messages': []}                                | 'messages' is empty
          {'messages': ['hello']}                         | messages[0] is a string, not an object
          {'messages': [{'content': 'a'}]}                | messages[0].role is missing
          {'messages': [{'role': 'asistant', 'content': 'a'}]} | messages[0].role is 'asistant'; use system, user or assistant
          {'messages': [{'role': 'user'}]}                | messages[0].content is missing
          {'messages': [{'role': 'user', 'content': null}]} | messages[0].content is null, not a string
          {'messages': [{'role': 'user', 'content': [{'type': 'text'}]}]} | messages[0].content is a list, not a string
          {'messages': [{'role': 'user', 'content': '\\ud83d'}]} | messages[0].content holds half of a surrogate pair
          {'messages': [{'role': 'system', 'content': 'a'}]} | there is only a system message
          {'messages': [{'role': 'assistant', 'content': 'a'}]} | messages[0] has role 'assistant' where 'user' is due
          {'messages': [{'role': 'user', 'content': 'a'}, {'role': 'user', 'content': 'b'}]} | messages[1] has role 'user' where 'assistant' is due
          {'messages': [{'role': 'user', 'content': 'a'}, {'role': 'system', 'content': 'b'}]} | messages[1] has role 'system' where 'assistant' is due
          {'messages': [{'role': 'user', 'content': 'a'}, {'role': 'assistant', 'content': ' '}]} | messages[1] of the assistant is empty
          {'messages': [{'role': 'user', 'content': 'a'}]} | the last message is from the user
          """)
  void mistakeIsNamedWithFileAndLine(String row, String problem) throws IOException {
    var file = file(VALID, row);

    var problems = ConversationFile.read(file, "pvc://data/train.jsonl", INSTRUCTION).problems();

    assertThatThrownBy(() -> RowProblems.requireNone(List.of(problems)))
        .isInstanceOf(DatasetInvalidException.class)
        .hasMessageContaining("1 mistake was found")
        .hasMessageContaining("pvc://data/train.jsonl:2: " + problem);
  }

  @Test
  void firstTwentyMistakesAreListedAndTheRestCounted() throws IOException {
    var rows = new String[23];
    Arrays.fill(rows, "[]");
    var file = file(rows);

    var problems = ConversationFile.read(file, "train.jsonl", INSTRUCTION).problems();

    assertThatThrownBy(() -> RowProblems.requireNone(List.of(problems)))
        .hasMessageContaining("23 mistakes were found")
        .hasMessageContaining("train.jsonl:20: ")
        .hasMessageContaining("train.jsonl: and 3 more")
        .message()
        .doesNotContain("train.jsonl:21");
  }

  @Test
  void mistakesOfAllFilesAreReportedTogether() throws IOException {
    var train = ConversationFile.read(file("{"), "train.jsonl", INSTRUCTION).problems();
    var valid = ConversationFile.read(file("{"), "valid.jsonl", INSTRUCTION).problems();

    assertThatThrownBy(() -> RowProblems.requireNone(List.of(train, valid)))
        .hasMessageContaining("train.jsonl:1: ")
        .hasMessageContaining("valid.jsonl:1: ");
  }

  @Test
  void fileWithoutRowsIsAMistake() throws IOException {
    var problems = ConversationFile.read(file("", "  "), "train.jsonl", INSTRUCTION).problems();

    assertThatThrownBy(() -> RowProblems.requireNone(List.of(problems)))
        .hasMessageContaining("train.jsonl: the file has no rows");
  }

  @Test
  void lineThatIsNotUtf8IsAMistake() throws IOException {
    var file = folder.resolve("latin1.jsonl");
    Files.write(file, "{\"messages\": \"\u00e9\"}\n".getBytes(StandardCharsets.ISO_8859_1));

    var problems = ConversationFile.read(file, "train.jsonl", INSTRUCTION).problems();

    assertThatThrownBy(() -> RowProblems.requireNone(List.of(problems)))
        .hasMessageContaining("train.jsonl:1: the line is not UTF-8");
  }

  @Test
  void blankLinesByteOrderMarkCarriageReturnsAndOtherColumnsAreFine() throws IOException {
    var row = VALID.replace("{'messages'", "{'id': 7, 'messages'");
    var file = file("\uFEFF" + row + "\r", "", row);

    var read = ConversationFile.read(file, "train.jsonl", INSTRUCTION);

    assertThat(read.problems().isEmpty()).isTrue();
    assertThat(read.conversations()).extracting(Conversation::line).containsExactly(1L, 3L);
  }

  @Test
  void causalLanguageModellingTakesALoneUserMessage() throws IOException {
    var file = file("{'messages': [{'role': 'user', 'content': 'Once upon a time'}]}");

    var read = ConversationFile.read(file, "train.jsonl", CAUSAL);

    assertThat(read.problems().isEmpty()).isTrue();
    assertThat(read.conversations().getFirst().messages())
        .containsExactly(new Message(Role.USER, "Once upon a time"));
  }

  private Path file(String... rows) throws IOException {
    var file = folder.resolve("rows.jsonl");
    Files.writeString(file, String.join("\n", rows).replace('\'', '"') + "\n");
    return file;
  }
}
