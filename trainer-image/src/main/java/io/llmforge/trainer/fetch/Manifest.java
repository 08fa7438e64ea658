package io.llmforge.trainer.fetch;

import io.llmforge.trainer.storage.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a complete source consists of.
 *
 * @param location the location as its user wrote it
 * @param revision commit of a Hub model, "" where there are none
 * @param files its files
 */
record Manifest(String location, String revision, List<Content> files) {

  Manifest {
    files = List.copyOf(files);
  }

  /**
   * A file as it was written.
   *
   * @param name its name in the source's folder
   * @param bytes its size
   * @param sha256 its SHA-256, lower-case hexadecimal
   */
  record Content(String name, long bytes, String sha256) {}

  static Manifest of(Inventory inventory, Path folder) throws IOException {
    List<Content> files = new ArrayList<>();
    for (Inventory.Entry entry : inventory.files()) {
      Path file = folder.resolve(entry.name());
      files.add(new Content(entry.name(), Files.size(file), sha256(entry, file)));
    }
    return new Manifest(inventory.location(), inventory.revision(), files);
  }

  // A digest that the server named was compared when the file arrived.
  private static String sha256(Inventory.Entry entry, Path file) throws IOException {
    return entry.checksum().kind() == Checksum.Kind.SHA256
        ? entry.checksum().hex()
        : Sha256.of(file);
  }

  /** Whether the files are there in the sizes they were written with. */
  boolean isMetBy(Path folder) throws IOException {
    for (Content content : files) {
      Path file = folder.resolve(content.name());
      if (!Files.isRegularFile(file) || Files.size(file) != content.bytes()) {
        return false;
      }
    }
    return true;
  }

  long bytes() {
    return files.stream().mapToLong(Content::bytes).sum();
  }
}
