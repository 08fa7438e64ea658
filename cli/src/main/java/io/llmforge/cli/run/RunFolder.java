package io.llmforge.cli.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder that a run lives in: the cluster's volumes and pods, the logs. One run at a time: a
 * lock file says so.
 */
final class RunFolder implements AutoCloseable {

  private final Path root;
  private final FileChannel lockFile;

  private RunFolder(Path root, FileChannel lockFile) {
    this.root = root;
    this.lockFile = lockFile;
  }

  /**
   * Takes the folder for this process.
   *
   * @throws IOException when another run has it, or it cannot be written
   */
  static RunFolder take(Path root) throws IOException {
    Files.createDirectories(root);
    FileChannel lockFile =
        FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (lock(lockFile) == null) {
      lockFile.close();
      throw new IOException(
          "another run uses %s; wait for it, stop it, or choose another folder with --data"
              .formatted(root));
    }
    return new RunFolder(root, lockFile);
  }

  /** Where the cluster keeps its things. */
  Path cluster() {
    return root.resolve("cluster");
  }

  Path operatorLog() {
    return root.resolve("operator.log");
  }

  Path trainerLog(String job) {
    return root.resolve(job + ".log");
  }

  /** Forgets earlier clusters, but for the volumes of these claims. */
  void clear(Set<Path> keptVolumes) throws IOException {
    if (!Files.exists(cluster())) {
      return;
    }
    Files.walkFileTree(cluster(), new DeleteExcept(keptVolumes));
  }

  /** Deletes a folder, when it is there. */
  void forget(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try {
      Files.walkFileTree(folder, new DeleteExcept(Set.of()));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + folder, e);
    }
  }

  /** Whether a folder holds anything. */
  static boolean hasContent(Path folder) {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (Stream<Path> content = Files.list(folder)) {
      return content.findAny().isPresent();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + folder, e);
    }
  }

  @Override
  public void close() {
    try {
      lockFile.close(); // Releases the lock.
    } catch (IOException e) {
      throw new UncheckedIOException("cannot release " + root, e);
    }
  }

  private static @Nullable FileLock lock(FileChannel file) throws IOException {
    try {
      return file.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  /** Deletes everything but some folders and the folders above them. */
  private static final class DeleteExcept extends SimpleFileVisitor<Path> {
    private final List<Path> kept;

    DeleteExcept(Set<Path> kept) {
      this.kept = List.copyOf(kept);
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      return kept.contains(folder) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
        throws IOException {
      if (failure != null) {
        throw failure;
      }
      if (kept.stream().noneMatch(path -> path.startsWith(folder) && Files.exists(path))) {
        Files.delete(folder);
      }
      return FileVisitResult.CONTINUE;
    }
  }
}
