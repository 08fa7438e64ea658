package io.llmforge.cli.story;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderCopyTest {

  @TempDir private Path root;

  @Test
  void fillingKeepsTheTreeAndPutsEachPartInItsPlace() throws Exception {
    var source = Files.createDirectories(root.resolve("source/deep"));
    Files.writeString(source.resolve("file"), "text");

    FolderCopy.fill(
        root.resolve("claim"),
        Map.of(".", root.resolve("source"), "models/base", root.resolve("source/deep")));

    assertThat(root.resolve("claim/deep/file")).hasContent("text");
    assertThat(root.resolve("claim/models/base/file")).hasContent("text");
  }
}
