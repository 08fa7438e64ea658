package io.llmforge.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.trainer.data.TinyTokenizer.PostProcessor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConversationEncoderTest {

  private static final List<Message> TWO_TURNS =
      List.of(user("Where?"), assistant("There \ud83c\udf19"), user("And now?"), assistant("No"));

  @TempDir Path folder;
  private TextTokenizer tokenizer;
  private ConversationEncoder encoder;

  @BeforeEach
  void open() {
    tokenizer =
        TextTokenizer.open(TinyTokenizer.write(folder, PostProcessor.NONE), "tokenizer.json");
    encoder = new ConversationEncoder(PromptFormats.tagged(), tokenizer);
  }

  @AfterEach
  void close() {
    tokenizer.close();
  }

  @Test
  void everyAssistantTurnIsARangeOfItsOwn() {
    var encoded = encoded(TWO_TURNS, LearnedPart.ASSISTANT_TURNS);

    assertThat(encoded.learned())
        .extracting(range -> said(encoded, range))
        .containsExactly("<|assistant|>There \ud83c\udf19<|end|>", "<|assistant|>No<|end|>");
    assertThat(encoded.mask().cardinality())
        .isEqualTo(encoded.learned().stream().mapToInt(TokenRange::length).sum());
  }

  @Test
  void lastAssistantTurnSplitsPromptFromCompletion() {
    var encoded = encoded(TWO_TURNS, LearnedPart.LAST_ASSISTANT_TURN);

    assertThat(encoded.learned()).hasSize(1);
    assertThat(tokenizer.decode(encoded.prompt())).endsWith("<|user|>And now?<|end|>");
    assertThat(tokenizer.decode(encoded.completion())).isEqualTo("<|assistant|>No<|end|>");
    assertThat(
            IntStream.concat(Arrays.stream(encoded.prompt()), Arrays.stream(encoded.completion())))
        .containsExactly(Arrays.stream(encoded.tokens()).boxed().toArray(Integer[]::new));
  }

  @Test
  void everyTokenIsOneRange() {
    var encoded = encoded(List.of(user("abc")), LearnedPart.EVERY_TOKEN);

    assertThat(encoded.learned()).containsExactly(new TokenRange(0, encoded.tokens().length));
  }

  @Test
  void conversationThatEndsWithTheUserHasNoLastAnswer() {
    assertThat(encoder.encode(TWO_TURNS.subList(0, 3), LearnedPart.LAST_ASSISTANT_TURN))
        .isEqualTo(
            new ConversationEncoding.Refused(
                "the last message is from the user; its answer is what would be learned"));
    assertThat(encoder.encode(TWO_TURNS.subList(0, 1), LearnedPart.ASSISTANT_TURNS))
        .isInstanceOf(ConversationEncoding.Refused.class);
  }

  @Test
  void wrongMasksAreCaughtByTheirProof() {
    var rendered = new PromptRenderer(PromptFormats.tagged()).render(TWO_TURNS);
    var turns = spans(rendered);
    var text = tokenizer.encode(rendered.text());
    var right = TargetMask.ofTurns(text, turns);
    var everyToken = new BitSet();
    everyToken.set(0, text.tokens().length);

    assertThat(mismatch(rendered, turns, right)).isEmpty();
    assertThat(mismatch(rendered, turns, new BitSet()))
        .hasValueSatisfying(problem -> assertThat(problem).contains("would be learned"));
    assertThat(mismatch(rendered, turns, everyToken)).isPresent();
    for (int by : List.of(-2, -1, 1, 2)) {
      assertThat(mismatch(rendered, turns, shifted(right, by)))
          .as("mask shifted by %d", by)
          .isPresent();
    }
    assertThat(mismatch(rendered, turns, TargetMask.ofTurns(text, turns.subList(0, 1))))
        .isPresent();
    assertThat(mismatch(rendered, turns.subList(0, 1), right))
        .hasValueSatisfying(problem -> assertThat(problem).contains("no assistant says"));
  }

  private Optional<String> mismatch(
      RenderedConversation rendered, List<TextSpan> turns, BitSet mask) {
    return TargetMask.mismatch(
        rendered.text(), turns, tokenizer.encode(rendered.text()), mask, tokenizer);
  }

  private static List<TextSpan> spans(RenderedConversation rendered) {
    return rendered.assistantTurns().stream()
        .map(turn -> ((AssistantTurn.Found) turn).spans().getFirst())
        .toList();
  }

  private EncodedConversation encoded(List<Message> messages, LearnedPart part) {
    return switch (encoder.encode(messages, part)) {
      case ConversationEncoding.Encoded(var conversation) -> conversation;
      case ConversationEncoding.Refused(var problem) -> throw new AssertionError(problem);
    };
  }

  private String said(EncodedConversation encoded, TokenRange range) {
    return tokenizer.decode(Arrays.copyOfRange(encoded.tokens(), range.start(), range.end()));
  }

  private static BitSet shifted(BitSet mask, int by) {
    var shifted = new BitSet();
    mask.stream().map(bit -> bit + by).filter(bit -> bit >= 0).forEach(shifted::set);
    return shifted;
  }

  private static Message user(String content) {
    return new Message(Role.USER, content);
  }

  private static Message assistant(String content) {
    return new Message(Role.ASSISTANT, content);
  }
}
