package io.llmforge.trainer.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagedFolderTest {

  @TempDir Path folder;

  @Test
  void folderAppearsWithAllItsFiles() throws IOException {
    new StagedFolder(folder.resolve("model")).write(staging -> write(staging, "new"));

    assertThat(folder.resolve("model/weights")).hasContent("new");
    assertThat(folder).isDirectoryNotContaining("glob:**/.*");
  }

  @Test
  void failureLeavesTheOldFolderAndNothingElse() throws IOException {
    Path target = folder.resolve("model");
    new StagedFolder(target).write(staging -> write(staging, "old"));

    assertThatThrownBy(
            () ->
                new StagedFolder(target)
                    .write(
                        staging -> {
                          write(staging, "new");
                          throw new IOException("disk full");
                        }))
        .hasMessage("disk full");

    assertThat(target.resolve("weights")).hasContent("old");
    assertThat(folder).isDirectoryNotContaining("glob:**/.*");
  }

  @Test
  void replacingKeepsNoFileOfTheOldFolder() throws IOException {
    Path target = folder.resolve("model");
    new StagedFolder(target).write(staging -> Files.writeString(staging.resolve("stale"), "old"));

    new StagedFolder(target).write(staging -> write(staging, "new"));

    assertThat(target.resolve("stale")).doesNotExist();
    assertThat(target.resolve("weights")).hasContent("new");
  }

  @Test
  void leftoversOfAKilledAttemptAreCleared() throws IOException {
    write(Files.createDirectories(folder.resolve(".model.partial")), "half");

    new StagedFolder(folder.resolve("model")).recover();

    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void folderMovedAsideByAKilledReplacementComesBack() throws IOException {
    write(Files.createDirectories(folder.resolve(".model.replaced")), "old");

    new StagedFolder(folder.resolve("model")).recover();

    assertThat(folder.resolve("model/weights")).hasContent("old");
  }

  private static void write(Path folder, String text) throws IOException {
    Files.writeString(folder.resolve("weights"), text);
  }
}
