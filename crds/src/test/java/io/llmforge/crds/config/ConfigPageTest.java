package io.llmforge.crds.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.crds.schema.DocsPage;
import io.llmforge.crds.schema.RecordJavadoc;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ConfigPageTest {

  private final String page = new ConfigPage(new RecordJavadoc(Path.of("src/main/java"))).text();

  @Test
  void committedReferenceIsWhatTheTypesSay() throws IOException {
    DocsPage.requireCommitted("config-reference.md", page);
  }

  @Test
  void everyKeyAndEveryRemarkIsThere() {
    assertThat(page)
        .contains("| `learning_rate` | a number, above 0 |")
        .contains("## `preference_tuning_config.logprob_processor_scaling_config`")
        .contains("*Has no effect here: the trainer is not built on DeepSpeed.*");
    KeyTypes.of(LlmForgeConfig.class)
        .keys()
        .keySet()
        .forEach(key -> assertThat(page).contains("| `%s` |".formatted(key)));
  }
}
