package io.llmforge.trainer.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Writes a folder so that it appears whole or not at all: into a hidden sibling, forced to disk,
 * then renamed. A folder that is already there is replaced only after the new one is complete.
 */
public final class StagedFolder {

  /** Writes the files of a folder. */
  @FunctionalInterface
  public interface Content {
    void writeTo(Path folder) throws IOException;
  }

  private final Path parent;
  private final Path target;
  private final Path partial;
  private final Path replaced;

  public StagedFolder(Path target) {
    this.parent = Durable.parentOf(target);
    this.target = target;
    this.partial = parent.resolve("." + target.getFileName() + ".partial");
    this.replaced = parent.resolve("." + target.getFileName() + ".replaced");
  }

  /** Writes and publishes; on failure nothing of the attempt stays behind. */
  public void write(Content content) throws IOException {
    recover();
    Files.createDirectories(partial);
    boolean complete = false;
    try {
      content.writeTo(partial);
      Durable.syncTree(partial);
      complete = true;
    } finally {
      if (!complete) {
        Durable.deleteTree(partial);
      }
    }
    publish();
  }

  /** Clears what an attempt that was killed left behind, and completes a replacement. */
  public void recover() throws IOException {
    Durable.deleteTree(partial);
    if (Files.exists(replaced) && !Files.exists(target)) {
      Files.move(replaced, target, StandardCopyOption.ATOMIC_MOVE);
    }
    Durable.deleteTree(replaced);
  }

  private void publish() throws IOException {
    if (Files.exists(target)) {
      Files.move(target, replaced, StandardCopyOption.ATOMIC_MOVE);
    }
    Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
    Durable.syncFolder(parent);
    Durable.deleteTree(replaced);
  }
}
