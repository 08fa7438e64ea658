package io.llmforge.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.crds.plan.PromptFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class PromptRendererTest {

  private static final Message SYSTEM = new Message(Role.SYSTEM, "You are a helpful assistant");
  private static final Message USER = new Message(Role.USER, "What's the value of 1+1?");
  private static final Message ASSISTANT = new Message(Role.ASSISTANT, "The value is 2");

  @Test
  void exampleOfTheLlmForgeDocumentationIsReproduced() {
    var rendered =
        new PromptRenderer(PromptFormats.llama3()).render(List.of(SYSTEM, USER, ASSISTANT));

    assertThat(rendered.text())
        .isEqualTo(
            "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nYou are a helpful assistant<|eot_id|>"
                + "<|start_header_id|>user<|end_header_id|>\n\nWhat's the value of 1+1?<|eot_id|>"
                + "<|start_header_id|>assistant<|end_header_id|>\n\nThe value is 2<|eot_id|>");
    var start = rendered.text().indexOf("<|start_header_id|>assistant");
    assertThat(rendered.assistantTurns())
        .containsExactly(new AssistantTurn.Found(new TextSpan(start, rendered.text().length())));
  }

  @Test
  void systemTextGoesIntoTheFirstUserTurnOnly() {
    var rendered =
        new PromptRenderer(PromptFormats.mistral())
            .render(List.of(SYSTEM, USER, ASSISTANT, USER, ASSISTANT));

    assertThat(rendered.text())
        .isEqualTo(
            "<s>[INST] You are a helpful assistant + What's the value of 1+1? [/INST] The value is 2</s>"
                + "[INST] What's the value of 1+1? [/INST] The value is 2</s>");
  }

  @Test
  void defaultSystemMessageStandsInForAMissingOne() {
    var format = with(PromptFormats.tagged(), "Be brief.", false, true);

    assertThat(new PromptRenderer(format).render(List.of(USER)).text())
        .startsWith("<|begin|><|system|>Be brief.<|end|><|user|>");
    assertThat(new PromptRenderer(format).render(List.of(SYSTEM, USER)).text())
        .startsWith("<|begin|><|system|>You are a helpful assistant<|end|><|user|>");
  }

  @Test
  void emptySystemMessageIsLeftOutUnlessItsTagsAreWanted() {
    var empty = new Message(Role.SYSTEM, "");
    var quiet = with(PromptFormats.tagged(), "", false, true);
    var tags = with(PromptFormats.tagged(), "", true, true);

    assertThat(new PromptRenderer(quiet).render(List.of(empty, USER)).text())
        .startsWith("<|begin|><|user|>");
    assertThat(new PromptRenderer(tags).render(List.of(empty, USER)).text())
        .startsWith("<|begin|><|system|><|end|><|user|>");
    assertThat(new PromptRenderer(tags).render(List.of(USER)).text())
        .startsWith("<|begin|><|system|><|end|><|user|>");
  }

  @Test
  void messagesAreStrippedAsPythonStripsThem() {
    var padded = new Message(Role.USER, "\u00a0\u0085\n Hi \t\u2007\u001c");
    var stripping = with(PromptFormats.tagged(), "", false, true);
    var keeping = with(PromptFormats.tagged(), "", false, false);

    assertThat(new PromptRenderer(stripping).render(List.of(padded)).text())
        .isEqualTo("<|begin|><|user|>Hi<|end|>");
    assertThat(new PromptRenderer(keeping).render(List.of(padded)).text())
        .isEqualTo("<|begin|><|user|>" + padded.content() + "<|end|>");
  }

  @Test
  void placeholdersInsideAMessageAreText() {
    var sly = new Message(Role.USER, "{system} and {instruction}");

    assertThat(new PromptRenderer(PromptFormats.mistral()).render(List.of(SYSTEM, sly)).text())
        .isEqualTo("<s>[INST] You are a helpful assistant + {system} and {instruction} [/INST]");
  }

  private static PromptFormat with(
      PromptFormat format, String defaultSystem, boolean emptyTags, boolean strip) {
    return new PromptFormat(
        format.system(),
        format.user(),
        format.assistant(),
        format.trailingAssistant(),
        format.bos(),
        format.systemInUser(),
        defaultSystem,
        emptyTags,
        strip,
        format.stoppingSequences());
  }
}
