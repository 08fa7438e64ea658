package io.llmforge.localcluster.node.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FolderPathTest {
  @TempDir Path folder;

  @Test
  void pathBelowTheFolderIsTaken() throws Exception {
    assertThat(FolderPath.within(folder, "runs/1")).isEqualTo(folder.resolve("runs/1"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", "../x", "a/../b", "a/../../b", "/etc"})
  void pathThatCouldLeaveTheFolderIsRefused(String path) {
    assertThatThrownBy(() -> FolderPath.within(folder, path))
        .isInstanceOf(ContainerConfigException.class)
        .hasMessageContaining("must stay within its volume");
  }

  @Test
  void linkThatLeavesTheFolderIsRefused(@TempDir Path elsewhere) throws Exception {
    Files.createSymbolicLink(folder.resolve("out"), elsewhere);

    assertThatThrownBy(() -> FolderPath.within(folder, "out/x"))
        .isInstanceOf(ContainerConfigException.class)
        .hasMessageContaining("by a link");
  }
}
