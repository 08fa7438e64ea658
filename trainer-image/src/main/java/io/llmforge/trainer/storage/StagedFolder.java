package io.llmforge.trainer.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

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

  private static final String PARTIAL = ".partial";
  private static final String REPLACED = ".replaced";
  private static final String DELETED = ".deleted";
  private static final Pattern HIDDEN = Pattern.compile("\\.(.+)\\.(partial|replaced|deleted)");

  private final Path parent;
  private final Path target;
  private final Path partial;
  private final Path replaced;
  private final Path deleted;

  public StagedFolder(Path target) {
    this.parent = Durable.parentOf(target);
    this.target = target;
    this.partial = hidden(PARTIAL);
    this.replaced = hidden(REPLACED);
    this.deleted = hidden(DELETED);
  }

  private Path hidden(String ending) {
    return parent.resolve("." + target.getFileName() + ending);
  }

  /** Recovers every folder below one that an attempt has left half written or half deleted. */
  public static void recoverAll(Path parent) throws IOException {
    if (!Files.isDirectory(parent)) {
      return;
    }
    List<Path> children;
    try (Stream<Path> found = Files.list(parent)) {
      children = found.filter(Files::isDirectory).toList();
    }
    for (Path child : children) {
      Matcher hidden = HIDDEN.matcher(child.getFileName().toString());
      if (hidden.matches()) {
        new StagedFolder(parent.resolve(hidden.group(1))).recover();
      }
    }
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
    Durable.deleteTree(deleted);
  }

  /** Deletes the folder so that it disappears as a whole, also for an attempt that is killed. */
  public void delete() throws IOException {
    Durable.deleteTree(deleted);
    Files.move(target, deleted, StandardCopyOption.ATOMIC_MOVE);
    Durable.deleteTree(deleted);
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
