package io.llmforge.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {

  @TempDir Path root;

  @Test
  void clearingKeepsTheVolumesOfSharedClaimsOnly() throws Exception {
    try (RunFolder folder = RunFolder.take(root)) {
      Path shared = folder.cluster().resolve("volumes/default/models");
      Path other = folder.cluster().resolve("volumes/default/workspace");
      Files.createDirectories(shared);
      Files.createDirectories(other);
      Files.writeString(shared.resolve("a"), "kept");
      Files.writeString(other.resolve("b"), "gone");

      folder.clear(Set.of(shared));

      assertThat(shared.resolve("a")).hasContent("kept");
      assertThat(other).doesNotExist();
    }
  }

  @Test
  void aSecondRunIsToldThatTheFolderIsTaken() throws Exception {
    try (RunFolder first = RunFolder.take(root)) {

      assertThatThrownBy(() -> RunFolder.take(root))
          .hasMessageContaining("another run uses " + root)
          .hasMessageContaining("--data");
      assertThat(first.cluster()).doesNotExist();
    }
  }

  @Test
  void aFreedFolderCanBeTakenAgain() throws Exception {
    RunFolder.take(root).close();

    assertThat(RunFolder.take(root)).satisfies(RunFolder::close);
  }
}
