package io.llmforge.trainer.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.llmforge.trainer.storage.Durable;
import io.llmforge.trainer.storage.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Size and SHA-256 of every file of a folder. It is written last: a folder whose manifest is there
 * and true is complete.
 *
 * @param schema version of this format
 * @param files files in the order of their names
 */
public record Manifest(String schema, List<Entry> files) {

  public static final String FILE = "MANIFEST.json";
  private static final String SCHEMA = "llmforge.manifest/1";
  private static final ObjectMapper JSON = JsonMapper.builder().build();

  public Manifest {
    files = List.copyOf(files);
  }

  /**
   * One file.
   *
   * @param path path inside the folder, with slashes
   * @param bytes size
   * @param sha256 digest in lower-case hexadecimal
   */
  public record Entry(String path, long bytes, String sha256) {}

  /** Measures a folder and writes its manifest into it. */
  public static Manifest write(Path folder) throws IOException {
    Manifest manifest = of(folder);
    Durable.writeText(
        folder.resolve(FILE), JSON.writerWithDefaultPrettyPrinter().writeValueAsString(manifest));
    return manifest;
  }

  /** What is wrong with a folder, if anything is. */
  public static Optional<String> problem(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      return Optional.of("has no " + FILE);
    }
    Manifest promised;
    try {
      promised = read(folder);
    } catch (JsonProcessingException e) {
      return Optional.of("has an unreadable " + FILE);
    }
    return promised.equals(of(folder))
        ? Optional.empty()
        : Optional.of("holds other files than its " + FILE + " says");
  }

  /** The manifest of a text; empty when it is none. */
  public static Optional<Manifest> parse(String text) {
    try {
      return Optional.of(JSON.readValue(text, Manifest.class));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  /** The manifest as it was written; the folder is not compared with it. */
  public static Manifest read(Path folder) throws IOException {
    return JSON.readValue(folder.resolve(FILE).toFile(), Manifest.class);
  }

  /** Size of all files. */
  public long bytes() {
    return files.stream().mapToLong(Entry::bytes).sum();
  }

  /** {@code sha256:} of the folder's manifest file, which stands for the whole folder. */
  public static String digest(Path folder) throws IOException {
    return "sha256:" + Sha256.of(folder.resolve(FILE));
  }

  private static Manifest of(Path folder) throws IOException {
    List<Path> paths;
    try (Stream<Path> tree = Files.walk(folder)) {
      paths =
          tree.filter(Files::isRegularFile)
              .filter(path -> !path.equals(folder.resolve(FILE)))
              .sorted()
              .toList();
    }
    List<Entry> entries = new ArrayList<>();
    for (Path path : paths) {
      String name = folder.relativize(path).toString().replace('\\', '/');
      entries.add(new Entry(name, Files.size(path), Sha256.of(path)));
    }
    return new Manifest(SCHEMA, entries);
  }
}
