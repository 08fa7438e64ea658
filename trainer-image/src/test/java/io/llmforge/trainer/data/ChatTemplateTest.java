package io.llmforge.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.crds.plan.PromptFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against what Transformers renders; the script beside the cases made the texts. */
class ChatTemplateTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void publishedTemplateRendersWhatTrainingSaw(String name, JsonNode testCase) throws IOException {
    var format =
        JSON.treeToValue(
            ((ObjectNode) testCase.get("format")).put("kind", "prompt_format"), PromptFormat.class);
    assertThat(testCase.get("template").asText())
        .as("the texts of case '%s' belong to this template; render them again", name)
        .isEqualTo(ChatTemplate.of(format));

    for (var conversation : testCase.get("conversations")) {
      var text = new PromptRenderer(format).render(messages(conversation)).text();

      assertThat(text).isEqualTo(conversation.get("text").asText());
      assertThat(text + format.trailingAssistant()).isEqualTo(conversation.get("prompt").asText());
    }
  }

  static Stream<Object[]> cases() throws IOException {
    try (var file = ChatTemplateTest.class.getResourceAsStream("/fixtures/chat/cases.json")) {
      return JSON
          .readTree(file)
          .valueStream()
          .map(testCase -> new Object[] {testCase.get("name").asText(), testCase})
          .toList()
          .stream();
    }
  }

  private static List<Message> messages(JsonNode conversation) {
    var messages = new ArrayList<Message>();
    for (var message : conversation.get("messages")) {
      messages.add(
          new Message(
              Role.of(message.get("role").asText()).orElseThrow(),
              message.get("content").asText()));
    }
    return messages;
  }
}
