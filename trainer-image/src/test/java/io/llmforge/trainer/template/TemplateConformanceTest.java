package io.llmforge.trainer.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.trainer.conformance.Agreement;
import io.llmforge.trainer.conformance.GoldenTest;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Against Transformers: texts and spans are equal, and both fail or neither does. */
class TemplateConformanceTest {

  private static final GoldenTemplates OURS =
      new GoldenTemplates(Path.of("src/test/resources/fixtures/templates"));

  @Test
  void everyConstructMeansWhatItMeansToTransformers() {
    assertAgree("constructs of Jinja one by one", OURS.snippets());
  }

  @Test
  void templatesAreRenderedAsTransformersRendersThem() {
    assertAgree("whole templates", OURS.cases());
  }

  @Test
  @EnabledIfSystemProperty(
      named = "llmforge.templates",
      matches = ".+",
      disabledReason = "needs templates of others, which make_templates.py --of renders")
  void templatesOfOthersAreRenderedAsTransformersRendersThem() {
    var folder = Path.of(System.getProperty("llmforge.templates"));

    assertAgree("templates of " + folder.getFileName(), new GoldenTemplates(folder).cases());
  }

  @Test
  void oneChangedCharacterSpanOrErrorIsSeen() {
    for (var each : OURS.cases()) {
      var changed = (ObjectNode) each.expected().deepCopy();
      if (changed.has("error")) {
        changed.remove("error");
        changed.put("text", "").putArray("spans");
      } else if (changed.get("spans").isEmpty()) {
        changed.put("text", changed.get("text").asText() + " ");
      } else {
        var span = (ArrayNode) changed.get("spans").get(0);
        span.set(1, span.get(1).asInt() - 1);
      }

      assertThat(each.expecting(changed).difference()).as("%s", each).isPresent();
    }
  }

  private static void assertAgree(String what, List<GoldenTemplates.Case> cases) {
    var agreement = new Agreement(GoldenTest.CHAT_TEMPLATES, what);
    var differences =
        cases.stream()
            .flatMap(each -> each.difference().map(text -> each + ": " + text).stream())
            .toList();
    agreement.addExact(
        cases.size() + " pairs of template and conversation", differences, List.of());
    agreement.check();
  }
}
