package io.llmforge.trainer.recipe;

import io.llmforge.trainer.report.ConsoleProgress;
import io.llmforge.trainer.storage.Durable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where copies of checkpoints are laid out before they are sent. A copy holds the room of files
 * whose checkpoint is deleted meanwhile, so it goes as soon as it is sent or has failed; what a
 * store calls an upload in parts is noted beside it, and stays until all is sent.
 *
 * @param folder of all of it, in the workspace
 */
record StagedCopies(Path folder, ConsoleProgress console) {

  private static final String NAME = "checkpoint-copy";

  static StagedCopies in(Path workspace, ConsoleProgress console) {
    return new StagedCopies(workspace.resolve(NAME), console);
  }

  /** The folder of a copy. */
  Path copy(String name) {
    return folder.resolve(name);
  }

  /** Drops copies that a process left which was killed. */
  void dropCopies() {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try {
      for (Path copy : copies()) {
        drop(copy);
      }
    } catch (IOException e) {
      left(folder, e);
    }
  }

  void dropCopy(String name) {
    drop(copy(name));
  }

  /** Drops notes too: nothing is to be gone on with. */
  void dropAll() {
    drop(folder);
  }

  private List<Path> copies() throws IOException {
    try (Stream<Path> children = Files.list(folder)) {
      return children.filter(Files::isDirectory).toList();
    }
  }

  private void drop(Path path) {
    try {
      Durable.deleteTree(path);
    } catch (IOException e) {
      left(path, e);
    }
  }

  private void left(Path path, IOException e) {
    console.warning(
        "[checkpoints] %s takes up room in the workspace and cannot be deleted (%s)"
            .formatted(path, e));
  }
}
