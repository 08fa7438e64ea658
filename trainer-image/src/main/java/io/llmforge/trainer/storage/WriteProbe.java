package io.llmforge.trainer.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tries to write before hours are spent on something that could not be saved. */
public final class WriteProbe {

  private WriteProbe() {}

  /**
   * Creates the folder that will hold {@code target}, and a file and a folder in it, which it
   * removes again.
   *
   * @param what the target as its user wrote it
   */
  public static void requireWritable(Path target, String what) {
    try {
      if (Files.exists(target) && !Files.isDirectory(target)) {
        throw new StorageException.CannotWrite(
            "%s is a file; the output needs a folder or a new name".formatted(what), null);
      }
      Path parent = Files.createDirectories(Durable.parentOf(target));
      Path folder = Files.createTempDirectory(parent, ".llmforge-probe-");
      try {
        Files.writeString(folder.resolve("probe"), "probe");
      } finally {
        Durable.deleteTree(folder);
      }
    } catch (IOException e) {
      throw StorageException.writing(what, e);
    }
  }
}
