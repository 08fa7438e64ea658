package io.llmforge.trainer.recipe;

import io.llmforge.trainer.checkpoint.Checkpoint;
import io.llmforge.trainer.checkpoint.CheckpointFolders;
import io.llmforge.trainer.checkpoint.CheckpointFormatException;
import io.llmforge.trainer.checkpoint.Manifest;
import io.llmforge.trainer.fetch.KeptFolders;
import io.llmforge.trainer.report.ConsoleProgress;
import io.llmforge.trainer.storage.Durable;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Brings a run's checkpoints back to a workspace that has none. All that are whole are fetched
 * before the first of them is put where the run looks, the newest last: whenever this is
 * interrupted, the run goes on from a checkpoint of its own, or looks again.
 *
 * @param folders where the copies are
 * @param workspace of the run
 */
record CheckpointRestore(KeptFolders folders, Path workspace, ConsoleProgress console) {

  private static final String STAGING = "checkpoint-restore";

  void into(Path checkpoints) {
    try {
      List<Path> fetched = new ArrayList<>();
      for (String name : newestFirst()) {
        Path staged = workspace.resolve(STAGING).resolve(name);
        if (isFetched(name, staged)) {
          fetched.add(staged);
        }
      }
      place(fetched, checkpoints);
      Durable.deleteTree(workspace.resolve(STAGING));
    } catch (IOException e) {
      throw StorageException.writing(workspace.toString(), e);
    }
  }

  private List<String> newestFirst() {
    return folders.names().stream()
        .filter(CheckpointFolders::isName)
        .sorted(Comparator.comparingLong(CheckpointFolders::step).reversed())
        .toList();
  }

  private boolean isFetched(String name, Path staged) throws IOException {
    if (!folders.isWhole(name)) {
      console.warning(
          "[checkpoints] %s/%s is passed over: its copy was never finished"
              .formatted(folders.text(), name));
      return false;
    }
    Files.createDirectories(staged);
    try {
      folders.get(name, staged);
    } catch (KeptFolders.DamagedException e) {
      console.warning(
          "[checkpoints] %s/%s is passed over, delete it: %s"
              .formatted(folders.text(), name, e.getMessage()));
      Durable.deleteTree(staged);
      return false;
    }
    console.line("[checkpoints] %s is fetched from %s".formatted(name, folders.text()));
    return true;
  }

  private void place(List<Path> newestFirst, Path checkpoints) throws IOException {
    List<Path> usable = new ArrayList<>();
    for (Path staged : newestFirst) {
      if (usable.isEmpty()) {
        CheckpointCopy.unpackRun(staged, workspace);
      }
      CheckpointCopy.dropRun(staged);
      if (isUsable(staged)) {
        usable.add(staged);
      }
    }
    Files.createDirectories(checkpoints);
    for (Path staged : usable.reversed()) {
      Durable.syncTree(staged);
      Path target = checkpoints.resolve(staged.getFileName());
      Durable.deleteTree(target);
      Files.move(staged, target, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private boolean isUsable(Path staged) throws IOException {
    String problem = Manifest.problem(staged).orElse("");
    if (problem.isEmpty()) {
      try {
        Checkpoint.read(staged);
        return true;
      } catch (CheckpointFormatException e) {
        problem = "was written by another release of the trainer";
      }
    }
    console.warning(
        "[checkpoints] %s of %s is passed over: it %s"
            .formatted(staged.getFileName(), folders.text(), problem));
    return false;
  }
}
