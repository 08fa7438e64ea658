package io.llmforge.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.crds.plan.Objective;
import io.llmforge.crds.plan.TokenizerTemplate;
import io.llmforge.trainer.conformance.ConformanceRecord;
import io.llmforge.trainer.conformance.GoldenTest;
import io.llmforge.trainer.data.TinyTokenizer.PostProcessor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows by the tokenizer's own chat template. */
class TemplateEncodingTest {

  private static final TokenizerTemplate FORMAT = new TokenizerTemplate("2024-07-26", List.of());
  private static final String ANSWER =
      "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>\n{% endfor %}";
  private static final String PROMPT = "{% if add_generation_prompt %}<|assistant|>{% endif %}";
  private static final List<Message> TWO_TURNS =
      List.of(user("a"), assistant("b "), user("c"), assistant("d"));

  @TempDir Path folder;

  @Test
  void whatThePromptWritesIsNotLearnedNorIsSpaceAfterTheEnd() throws IOException {
    assertThat(learned(ANSWER + "{# #}\n" + PROMPT, TWO_TURNS))
        .containsExactly("b <|end|>", "d<|end|>");
  }

  @Test
  void templateThatWritesNoPromptHasItsHeaderLearned() throws IOException {
    assertThat(learned(ANSWER, TWO_TURNS))
        .containsExactly("<|assistant|>b <|end|>", "<|assistant|>d<|end|>");
  }

  @Test
  void turnThatChangesLaterIsLeftOutAndSaidSo() throws IOException {
    var thinking =
        "{% for m in messages %}<|{{ m.role }}|>"
            + "{% if m.role == 'assistant' and loop.last %}(thought){% endif %}"
            + "{{ m.content }}<|end|>{% endfor %}"
            + PROMPT;

    try (var tokenizer = tokenizer(thinking)) {
      var encoded = encoded(tokenizer, TWO_TURNS, LearnedPart.ASSISTANT_TURNS);

      assertThat(texts(encoded, tokenizer)).containsExactly("(thought)d<|end|>");
      assertThat(encoded.remarks()).containsExactly(ConversationEncoder.LAST_TURN_ALONE);
    }
  }

  @Test
  void answerThatThePromptWouldBeginOtherwiseIsRefused() throws IOException {
    var opening = ANSWER + "{% if add_generation_prompt %}<|assistant|><think>{% endif %}";

    assertThat(refusal(opening, TWO_TURNS))
        .contains(
            "does not stand before the answer in this row", "generation_config.prompt_format");
  }

  @Test
  void lastAnswerThatIsNotStableIsRefused() throws IOException {
    var counting = "{{ messages | length }}" + ANSWER + PROMPT;

    assertThat(refusal(counting, TWO_TURNS)).contains("would be prompted otherwise");
  }

  @Test
  void templateThatRefusesTheRowIsQuoted() throws IOException {
    var strict =
        "\n{% if messages[0].role != 'system' %}{{ raise_exception('No system!') }}{% endif %}";

    assertThat(refusal(strict, TWO_TURNS))
        .isEqualTo(
            "the chat template refuses the conversation: line 2 of the chat template: No system!");
  }

  @Test
  void tokenAcrossTheBorderIsRefused() throws IOException {
    var joining =
        "{% for m in messages %}{{ '?' if m.role == 'assistant' }}{{ m.content }}<|end|>{% endfor %}"
            + "{{ '?' if add_generation_prompt }}";

    assertThat(refusal(joining, List.of(user("Go"), assistant("Yes"))))
        .contains("the learned tokens say \"?Yes");
  }

  @Test
  void marksOfTheTemplateAreTakenWithoutWhatThePromptWrites() throws IOException {
    var marked =
        "{% for m in messages %}{% if m.role == 'assistant' %}"
            + "{% generation %}<|assistant|>{{ m.content }}<|end|>{% endgeneration %}"
            + "{% else %}<|user|>{{ m.content }}<|end|>{% endif %}{% endfor %}"
            + PROMPT;

    assertThat(learned(marked, TWO_TURNS)).containsExactly("b <|end|>", "d<|end|>");
  }

  @Test
  void marksInPartsAreOneAnswer() throws IOException {
    var inParts =
        "{% for m in messages %}<|{{ m.role }}|>{% if m.role == 'assistant' %}"
            + "{% generation %}{{ m.content }}{% endgeneration %}"
            + "{% generation %}<|end|>{% endgeneration %}"
            + "{% else %}{{ m.content }}<|end|>{% endif %}{% endfor %}"
            + PROMPT;

    assertThat(learned(inParts, TWO_TURNS)).containsExactly("b <|end|>", "d<|end|>");
  }

  @Test
  void marksApartFromEachOtherAreRefused() throws IOException {
    var apart =
        "{% for m in messages %}<|{{ m.role }}|>{% generation %}{{ m.content }}{% endgeneration %}!"
            + "{% generation %}<|end|>{% endgeneration %}{% endfor %}"
            + PROMPT;

    assertThat(refusal(apart, TWO_TURNS)).contains("marks separate parts of it");
  }

  @Test
  void today() throws IOException {
    try (var tokenizer = tokenizer("{{ strftime_now('%d %B %Y') }}" + ANSWER + PROMPT)) {
      var encoded = encoded(tokenizer, TWO_TURNS, LearnedPart.EVERY_TOKEN);

      assertThat(tokenizer.decode(encoded.tokens())).startsWith("26 July 2024<|user|>");
    }
  }

  @Test
  void promptAndCompletionArePartsOfOneEncoding() throws IOException {
    try (var tokenizer = tokenizer(ANSWER + "{# #}\n" + PROMPT)) {
      var encoded = encoded(tokenizer, TWO_TURNS, LearnedPart.LAST_ASSISTANT_TURN);

      assertThat(tokenizer.decode(encoded.prompt())).endsWith("<|user|>c<|end|>\n<|assistant|>");
      assertThat(tokenizer.decode(encoded.completion())).isEqualTo("d<|end|>");
    }
  }

  @Test
  void answersWithoutAnEndAreRemarkedOn() throws IOException {
    var endless = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% endfor %}" + PROMPT;

    try (var tokenizer = tokenizer(endless)) {
      assertThat(encoded(tokenizer, TWO_TURNS, LearnedPart.ASSISTANT_TURNS).remarks())
          .containsExactly(ConversationEncoder.NO_END);
    }
  }

  @Test
  void doubledBeginningIsReported() throws IOException {
    var doubled = "{{ bos_token }}{{ bos_token }}" + ANSWER;

    assertThat(beginning(doubled, PostProcessor.ADDS_BEGIN))
        .contains("every row begins with token 1 twice: <|begin|> stands there");
    assertThat(beginning("{{ bos_token }}" + ANSWER, PostProcessor.ADDS_BEGIN)).isEmpty();
    ConformanceRecord.refused(GoldenTest.ASSISTANT_MASKS, "double beginning of text").append();
  }

  @Test
  void beginningThatOnlyTheTokenizerWouldWriteIsReported() throws IOException {
    assertThat(beginning(ANSWER, PostProcessor.ADDS_BEGIN))
        .contains("but the chat template does not write it");
    assertThat(beginning(ANSWER, PostProcessor.NONE)).isEmpty();
  }

  @Test
  void remarksOnRowsAreSaidOnce() throws IOException {
    var endless = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% endfor %}" + PROMPT;
    var problems = new RowProblems("train.jsonl");
    var file =
        new ConversationFile(
            "train.jsonl",
            List.of(new Conversation(3, TWO_TURNS), new Conversation(5, TWO_TURNS)),
            problems);

    try (var tokenizer = tokenizer(endless)) {
      var rows =
          new RowTokenizer(new Objective.InstructionTuning(FORMAT), tokenizer).tokenize(file);

      assertThat(rows).hasSize(2);
      assertThat(problems.isEmpty()).isTrue();
      assertThat(problems.remarks())
          .containsExactly(
              "train.jsonl: 2 rows, the first in line 3: " + ConversationEncoder.NO_END);
    }
  }

  private String beginning(String template, PostProcessor postProcessor) throws IOException {
    try (var tokenizer = tokenizer(template, postProcessor)) {
      return new RowTokenizer(new Objective.CausalLm(FORMAT), tokenizer)
          .beginningOfText(new Conversation(1, TWO_TURNS))
          .orElse("");
    }
  }

  private List<String> learned(String template, List<Message> messages) throws IOException {
    try (var tokenizer = tokenizer(template)) {
      return texts(encoded(tokenizer, messages, LearnedPart.ASSISTANT_TURNS), tokenizer);
    }
  }

  private String refusal(String template, List<Message> messages) throws IOException {
    try (var tokenizer = tokenizer(template)) {
      var encoding =
          new ConversationEncoder(FORMAT, tokenizer).encode(messages, LearnedPart.ASSISTANT_TURNS);
      return ((ConversationEncoding.Refused) encoding).problem();
    }
  }

  private static EncodedConversation encoded(
      TextTokenizer tokenizer, List<Message> messages, LearnedPart part) {
    return switch (new ConversationEncoder(FORMAT, tokenizer).encode(messages, part)) {
      case ConversationEncoding.Encoded(var conversation) -> conversation;
      case ConversationEncoding.Refused(var problem) -> throw new AssertionError(problem);
    };
  }

  private static List<String> texts(EncodedConversation encoded, TextTokenizer tokenizer) {
    return encoded.learned().stream()
        .map(range -> Arrays.copyOfRange(encoded.tokens(), range.start(), range.end()))
        .map(tokenizer::decode)
        .toList();
  }

  private TextTokenizer tokenizer(String template) throws IOException {
    return tokenizer(template, PostProcessor.NONE);
  }

  private TextTokenizer tokenizer(String template, PostProcessor postProcessor) throws IOException {
    Files.writeString(folder.resolve("chat_template.jinja"), template);
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"bos_token\": \"<|begin|>\"}");
    return TextTokenizer.open(TinyTokenizer.write(folder, postProcessor), "model/tokenizer.json");
  }

  private static Message user(String content) {
    return new Message(Role.USER, content);
  }

  private static Message assistant(String content) {
    return new Message(Role.ASSISTANT, content);
  }
}
