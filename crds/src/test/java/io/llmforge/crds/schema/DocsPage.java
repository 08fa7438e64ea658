package io.llmforge.crds.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A page of {@code docs} that is made from code, and the committed file it must equal. */
public final class DocsPage {

  private static final Path FOLDER = Path.of("../docs");
  private static final String REFRESH =
      "mvn -pl crds test -Dtest='*PageTest' -Dllmforge.docs.refresh=true";

  private DocsPage() {}

  /** Says at the top of a page where it comes from. */
  public static String notice(String source) {
    return "<!-- Generated from %s. Refresh it with: %s -->\n".formatted(source, REFRESH);
  }

  /** Text that stays in its cell of a table. */
  public static String cell(String text) {
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ");
  }

  public static void requireCommitted(String name, String generated) throws IOException {
    var committed = FOLDER.resolve(name);
    if (Boolean.getBoolean("llmforge.docs.refresh")) {
      Files.writeString(committed, generated);
    }
    assertThat(committed).as("refresh it with: " + REFRESH).exists();
    assertThat(Files.readString(committed))
        .as("what docs/%s is made from changed; refresh it with: %s".formatted(name, REFRESH))
        .isEqualTo(generated);
  }
}
