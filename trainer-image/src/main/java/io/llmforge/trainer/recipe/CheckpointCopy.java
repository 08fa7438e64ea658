package io.llmforge.trainer.recipe;

import io.llmforge.trainer.checkpoint.Checkpoint;
import io.llmforge.trainer.checkpoint.Manifest;
import io.llmforge.trainer.fetch.KeptFolders;
import io.llmforge.trainer.report.MetricsFile;
import io.llmforge.trainer.storage.Durable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A checkpoint as it is copied: its files, and below {@code run/} what else an attempt in an empty
 * workspace needs to go on as if nothing had happened, as it was at the checkpoint's step.
 */
final class CheckpointCopy {

  /** What of a workspace goes with a checkpoint, whole; metrics go up to its step. */
  private static final List<String> WHOLE = List.of(ResolvedPlan.FILE, RunTracking.FOLDER);

  private static final String RUN = "run";

  private CheckpointCopy() {}

  /**
   * Lays a copy out in an empty folder. Files of the checkpoint are linked, so that it may be
   * deleted meanwhile.
   *
   * @throws NoSuchFileException when the checkpoint was deleted or replaced meanwhile
   */
  static void lay(Checkpoint checkpoint, Path workspace, Path folder) throws IOException {
    Durable.deleteTree(folder);
    String before = Manifest.digest(checkpoint.folder());
    linkTree(checkpoint.folder(), folder);
    if (!before.equals(Manifest.digest(checkpoint.folder()))) {
      throw new NoSuchFileException(checkpoint.folder().toString());
    }
    Path run = Files.createDirectories(folder.resolve(RUN));
    copyBeginning(
        workspace.resolve(MetricsFile.NAME),
        Checkpoint.read(folder).state().metricsOffset(),
        run.resolve(MetricsFile.NAME));
    for (String name : WHOLE) {
      copyTree(workspace.resolve(name), run.resolve(name));
    }
    Map<String, String> known = new HashMap<>();
    Manifest.read(folder).files().forEach(file -> known.put(file.path(), file.sha256()));
    KeptFolders.writeList(folder, known);
  }

  /** Moves what goes with a checkpoint to where an attempt looks for it. */
  static void unpackRun(Path folder, Path workspace) throws IOException {
    Path run = folder.resolve(RUN);
    try (Stream<Path> tree = Files.walk(run)) {
      for (Path file : tree.filter(Files::isRegularFile).toList()) {
        Path target = workspace.resolve(run.relativize(file).toString());
        Files.createDirectories(Durable.parentOf(target));
        Files.deleteIfExists(target);
        Files.move(file, target);
      }
    }
  }

  /** Leaves the checkpoint alone. */
  static void dropRun(Path folder) throws IOException {
    Durable.deleteTree(folder.resolve(RUN));
  }

  private static void linkTree(Path from, Path to) throws IOException {
    try (Stream<Path> tree = Files.walk(from)) {
      for (Path path : tree.toList()) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          link(path, target);
        }
      }
    }
  }

  // Some volumes have no links.
  private static void link(Path file, Path target) throws IOException {
    try {
      Files.createLink(target, file);
    } catch (NoSuchFileException e) {
      throw e;
    } catch (UnsupportedOperationException | FileSystemException e) {
      Files.copy(file, target);
    }
  }

  private static void copyBeginning(Path file, long bytes, Path target) throws IOException {
    try (InputStream in = Files.newInputStream(file);
        OutputStream out = Files.newOutputStream(target)) {
      byte[] buffer = new byte[1 << 16];
      long left = bytes;
      while (left > 0) {
        int read = in.read(buffer, 0, (int) Math.min(left, buffer.length));
        if (read < 0) {
          throw new IOException("%s has less than %d bytes".formatted(file, bytes));
        }
        out.write(buffer, 0, read);
        left -= read;
      }
    }
  }

  private static void copyTree(Path from, Path to) throws IOException {
    if (!Files.exists(from)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(from)) {
      for (Path path : tree.toList()) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else if (!path.getFileName().toString().startsWith(".")) {
          Files.copy(path, target);
        }
      }
    }
  }
}
