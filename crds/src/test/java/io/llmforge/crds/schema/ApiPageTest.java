package io.llmforge.crds.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ApiPageTest {

  @Test
  void committedReferenceIsWhatTheDefinitionSays() throws IOException {
    DocsPage.requireCommitted("api-reference.md", page());
  }

  @Test
  void fieldsRulesAndColumnsAreThere() throws IOException {
    assertThat(page())
        .contains("| `config` | object, required |")
        .contains("## `spec.outputs[]`")
        .contains("must not leave its volume")
        .contains("| REASON | ")
        .doesNotContain("`learning_rate`");
  }

  private static String page() throws IOException {
    return new ApiPage(new YAMLMapper().readTree(CrdDocument.COMMITTED.toFile())).text();
  }
}
