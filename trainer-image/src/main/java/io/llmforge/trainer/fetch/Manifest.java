package io.llmforge.trainer.fetch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.trainer.storage.Durable;
import io.llmforge.trainer.storage.KnownDigests;
import io.llmforge.trainer.storage.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a complete source consists of.
 *
 * @param location the location as its user wrote it
 * @param revision commit of a Hub model, "" where there are none
 * @param files its files
 */
record Manifest(String location, String revision, List<Content> files) {

  private static final ObjectMapper JSON = new ObjectMapper();

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

  /** The files that are not as they were written, by size or by digest. */
  List<Content> damaged(Path folder, KnownDigests known) throws IOException {
    List<Content> damaged = new ArrayList<>();
    for (Content content : files) {
      Path file = folder.resolve(content.name());
      boolean isWhole =
          Files.isRegularFile(file)
              && Files.size(file) == content.bytes()
              && known.of(file).equals(content.sha256());
      if (!isWhole) {
        damaged.add(content);
      }
    }
    return damaged;
  }

  /** The manifest of a file; nothing when there is none, or none of this version. */
  static Optional<Manifest> read(Path file) throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(JSON.readValue(Files.readString(file), Manifest.class));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  void write(Path file) throws IOException {
    Durable.writeText(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this));
  }

  long bytes() {
    return files.stream().mapToLong(Content::bytes).sum();
  }
}
