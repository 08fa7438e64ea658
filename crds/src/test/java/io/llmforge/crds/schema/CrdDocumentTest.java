package io.llmforge.crds.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class CrdDocumentTest {

  private static final Path SOURCES = Path.of("src/main/java");

  @Test
  void committedDefinitionIsWhatTheRecordsSay() throws IOException {
    if (Boolean.getBoolean("llmforge.crd.refresh")) {
      CrdDocument.refresh(SOURCES);
    }

    var generated = CrdDocument.generate(SOURCES);

    assertThat(Files.readString(CrdDocument.COMMITTED))
        .as("the records changed; refresh the definition with: " + CrdDocument.REFRESH)
        .isEqualTo(generated);
  }
}
