package io.llmforge.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.crds.plan.TokenizerTemplate;
import io.llmforge.trainer.conformance.Agreement;
import io.llmforge.trainer.conformance.ConformanceRecord;
import io.llmforge.trainer.conformance.GoldenTest;
import io.llmforge.trainer.template.GeneratedSpan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Token by token against masks that make_masks.py made with Transformers. */
class AssistantMaskConformanceTest {

  private static final Path MASKS = Path.of("src/test/resources/fixtures/masks");
  private static final Path TEMPLATES = Path.of("src/test/resources/fixtures/templates");
  private static final TokenizerTemplate FORMAT = new TokenizerTemplate("2025-03-09", List.of());
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @Test
  void masksAreThoseOfTransformersAndOfTheRule() throws IOException {
    assertAgree("masks", MASKS, TEMPLATES);
  }

  @Test
  @EnabledIfSystemProperty(
      named = "llmforge.masks",
      matches = ".+",
      disabledReason = "needs templates of others, which make_masks.py --of reads")
  void masksOfTemplatesOfOthersAreToo() throws IOException {
    var others = Path.of(System.getProperty("llmforge.masks"));
    assertAgree("masks of " + others.getFileName(), others, others);
  }

  @Test
  void wrongMasksAreRefusedOfEveryTemplate() throws IOException {
    for (var each : cases(MASKS)) {
      if (!each.has("learned")) {
        continue;
      }
      try (var tokenizer = open(each, MASKS, TEMPLATES)) {
        var rendered =
            new TemplateRenderer(tokenizer.chatTemplate(), FORMAT.day())
                .render(messages(each, MASKS));
        var text = tokenizer.encode(rendered.text());
        var turns =
            rendered.assistantTurns().stream()
                .filter(AssistantTurn.Found.class::isInstance)
                .map(turn -> ((AssistantTurn.Found) turn).spans().getLast())
                .toList();
        var right = TargetMask.ofTurns(text, turns);
        var length = text.tokens().length;

        assertThat(TargetMask.mismatch(rendered.text(), turns, text, right, tokenizer)).isEmpty();
        for (var wrong :
            List.of(
                new BitSet(), all(length), shifted(right, 1), shifted(right, -1), longer(right))) {
          assertThat(TargetMask.mismatch(rendered.text(), turns, text, wrong, tokenizer))
              .as("%s instead of %s in %s", wrong, right, each.get("template"))
              .isPresent();
        }
      }
    }
    for (var mistake : List.of("no target", "every token", "shifted by one", "one too many")) {
      ConformanceRecord.refused(GoldenTest.ASSISTANT_MASKS, "mask with " + mistake).append();
    }
  }

  private void assertAgree(String what, Path masks, Path templates) throws IOException {
    var agreement = new Agreement(GoldenTest.ASSISTANT_MASKS, what);
    var differences = new ArrayList<String>();
    int marked = 0;
    for (var each : cases(masks)) {
      try (var tokenizer = open(each, masks, templates)) {
        var messages = messages(each, masks);
        compare(each, learned(messages, tokenizer, each), "learned", differences);
        if (each.has("transformers")) {
          marked++;
          compare(each, markedByTemplate(messages, tokenizer), "transformers", differences);
        }
      }
    }
    agreement.addExact("%d with markers".formatted(marked), differences, List.of());
    agreement.check();
  }

  private static void compare(JsonNode each, String actual, String key, List<String> differences) {
    String expected = each.has(key) ? each.get(key).asText() : "refused";
    if (!actual.equals(expected)) {
      differences.add(
          "%s %s %s %s: ours %s theirs %s"
              .formatted(
                  key,
                  each.get("tokenizer"),
                  each.get("template"),
                  each.get("conversation"),
                  actual,
                  expected));
    }
  }

  /** What would be trained, or that it is refused. */
  private static String learned(List<Message> messages, TextTokenizer tokenizer, JsonNode each) {
    return switch (new ConversationEncoder(FORMAT, tokenizer)
        .encode(messages, LearnedPart.ASSISTANT_TURNS)) {
      case ConversationEncoding.Encoded(var encoded) -> {
        assertThat(encoded.tokens()).isEqualTo(JSON.convertValue(each.get("ids"), int[].class));
        yield bits(encoded.mask(), encoded.tokens().length);
      }
      case ConversationEncoding.Refused ignored -> "refused";
    };
  }

  /** What the template's generation blocks wrote, as they stand. */
  private static String markedByTemplate(List<Message> messages, TextTokenizer tokenizer) {
    var template = tokenizer.chatTemplate();
    Map<String, @Nullable Object> variables = new HashMap<>(template.specialTokens());
    variables.put(
        "messages",
        messages.stream()
            .map(message -> Map.of("role", message.role().text(), "content", message.content()))
            .toList());
    variables.put("tools", null);
    variables.put("add_generation_prompt", false);
    var rendered =
        template.template().render(variables, LocalDate.parse(FORMAT.date()).atStartOfDay());
    var encoded = tokenizer.encode(rendered.text());
    var spans = rendered.generated().stream().map(AssistantMaskConformanceTest::span).toList();
    return bits(TargetMask.ofTurns(encoded, spans), encoded.tokens().length);
  }

  private static TextSpan span(GeneratedSpan span) {
    return new TextSpan(span.start(), span.end());
  }

  private TextTokenizer open(JsonNode each, Path masks, Path templates) throws IOException {
    var model =
        Files.createDirectories(
            folder.resolve(each.get("tokenizer").asText()).resolve(each.get("template").asText()));
    copy(masks.resolve(each.get("tokenizer").asText()), "tokenizer.json", model);
    copy(masks.resolve(each.get("tokenizer").asText()), "tokenizer_config.json", model);
    var template = model.resolve("chat_template.jinja");
    if (!Files.exists(template)) {
      Files.copy(templates.resolve(each.get("template").asText()), template);
    }
    return TextTokenizer.open(model.resolve("tokenizer.json"), "model/tokenizer.json");
  }

  private static void copy(Path from, String name, Path to) throws IOException {
    if (!Files.exists(to.resolve(name))) {
      Files.copy(from.resolve(name), to.resolve(name));
    }
  }

  private static List<JsonNode> cases(Path masks) throws IOException {
    return JSON.readTree(masks.resolve("masks.json").toFile()).get("cases").valueStream().toList();
  }

  private static List<Message> messages(JsonNode each, Path masks) throws IOException {
    return JSON.readTree(masks.resolve("masks.json").toFile())
        .get("conversations")
        .get(each.get("conversation").asText())
        .valueStream()
        .map(
            message ->
                new Message(
                    Role.of(message.get("role").asText()).orElseThrow(),
                    message.get("content").asText()))
        .toList();
  }

  private static String bits(BitSet mask, int length) {
    return IntStream.range(0, length)
        .mapToObj(position -> mask.get(position) ? "1" : "0")
        .collect(Collectors.joining());
  }

  private static BitSet all(int length) {
    var mask = new BitSet();
    mask.set(0, length);
    return mask;
  }

  private static BitSet shifted(BitSet mask, int by) {
    var shifted = new BitSet();
    mask.stream().map(bit -> bit + by).filter(bit -> bit >= 0).forEach(shifted::set);
    return shifted;
  }

  private static BitSet longer(BitSet mask) {
    var longer = (BitSet) mask.clone();
    longer.set(mask.nextSetBit(0) - 1);
    return longer;
  }
}
