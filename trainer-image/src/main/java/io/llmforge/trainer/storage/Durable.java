package io.llmforge.trainer.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** File operations that are on disk when they return. */
public final class Durable {

  private Durable() {}

  /** Replaces a file at once: readers see the old text or the new one. */
  public static void writeText(Path file, String text) throws IOException {
    replace(file, file.resolveSibling("." + file.getFileName() + ".partial"), text);
  }

  /** The same, where several processes may write one file at the same time. */
  public static void writeShared(Path file, String text) throws IOException {
    String unique = "." + file.getFileName() + "." + UUID.randomUUID() + ".partial";
    replace(file, file.resolveSibling(unique), text);
  }

  private static void replace(Path file, Path partial, String text) throws IOException {
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
    try (FileChannel channel =
        FileChannel.open(
            partial,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    syncFolder(parentOf(file));
  }

  /** Forces every file and folder below {@code folder} to disk. */
  public static void syncTree(Path folder) throws IOException {
    for (Path path : tree(folder)) {
      if (Files.isDirectory(path)) {
        syncFolder(path);
      } else {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
          channel.force(true);
        }
      }
    }
  }

  static void syncFolder(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Deletes a folder and what is in it; links are deleted, not followed. */
  public static void deleteTree(Path folder) throws IOException {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    for (Path path : tree(folder)) {
      Files.delete(path);
    }
  }

  public static Path parentOf(Path path) {
    Path parent = path.toAbsolutePath().normalize().getParent();
    if (parent == null) {
      throw new IllegalArgumentException("the root folder cannot be written as a whole");
    }
    return parent;
  }

  /** Children before their parents. */
  private static List<Path> tree(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths.sorted(Comparator.reverseOrder()).toList();
    }
  }
}
