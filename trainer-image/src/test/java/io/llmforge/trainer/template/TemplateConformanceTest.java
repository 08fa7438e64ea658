package io.llmforge.trainer.template;

import static org.assertj.core.api.Assertions.assertThat;

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
    assertThat(differences(OURS.snippets())).isEmpty();
  }

  @Test
  void templatesAreRenderedAsTransformersRendersThem() {
    assertThat(differences(OURS.cases())).isEmpty();
  }

  @Test
  @EnabledIfSystemProperty(
      named = "llmforge.templates",
      matches = ".+",
      disabledReason = "needs templates of others, which make_templates.py --of renders")
  void templatesOfOthersAreRenderedAsTransformersRendersThem() {
    var folder = System.getProperty("llmforge.templates");
    var cases = new GoldenTemplates(Path.of(folder)).cases();

    var differences = differences(cases);

    System.out.printf("%d cases, %d different%n", cases.size(), differences.size());
    assertThat(differences).isEmpty();
  }

  private static List<String> differences(List<GoldenTemplates.Case> cases) {
    return cases.stream()
        .flatMap(each -> each.difference().map(text -> each + ": " + text).stream())
        .toList();
  }
}
