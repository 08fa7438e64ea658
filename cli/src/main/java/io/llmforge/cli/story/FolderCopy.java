package io.llmforge.cli.story;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.stream.Stream;

/** Fills the folder of a claim. */
public final class FolderCopy {

  private FolderCopy() {}

  /** Copies what a story puts into a claim: path in the claim to folder. */
  public static void fill(Path volume, Map<String, Path> content) throws IOException {
    Files.createDirectories(volume);
    for (Map.Entry<String, Path> part : content.entrySet()) {
      copy(part.getValue(), volume.resolve(part.getKey()).normalize());
    }
  }

  /** Makes a copy of a folder's content in {@code target}. */
  static void copy(Path source, Path target) throws IOException {
    try (Stream<Path> files = Files.walk(source)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path copy = target.resolve(source.relativize(file).toString()).normalize();
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }
}
