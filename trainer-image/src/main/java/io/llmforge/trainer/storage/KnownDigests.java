package io.llmforge.trainer.storage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.TreeMap;

/**
 * SHA-256 digests of files, kept in a file, so that the pods of a run read a model for its digest
 * once: what has the same path, size and time of its last change is taken for the same. Belongs to
 * one thread; several processes may share the file, and one of them may forget what another found.
 */
public final class KnownDigests {

  private static final String FILE = "file_digests.json";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final Map<String, Known> known;

  private KnownDigests(Path file, Map<String, Known> known) {
    this.file = file;
    this.known = known;
  }

  /**
   * A file as it was.
   *
   * @param bytes its size
   * @param changed time of its last change, as the file system tells it
   * @param sha256 digest of its content
   */
  private record Known(long bytes, String changed, String sha256) {}

  /** Those of a run's workspace; none when nobody has kept any, or they cannot be read. */
  public static KnownDigests in(Path workspace) throws IOException {
    Path file = workspace.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      return new KnownDigests(file, new TreeMap<>());
    }
    try {
      TypeReference<TreeMap<String, Known>> type = new TypeReference<>() {};
      return new KnownDigests(file, JSON.readValue(Files.readString(file), type));
    } catch (JsonProcessingException e) {
      // Advice, not data: they are found again.
      return new KnownDigests(file, new TreeMap<>());
    }
  }

  /** The digest of a file's content, which is read only when it is not known. */
  public String of(Path path) throws IOException {
    String name = path.toAbsolutePath().normalize().toString();
    BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
    String changed = attributes.lastModifiedTime().toString();
    Known before = known.get(name);
    if (before != null && before.bytes() == attributes.size() && before.changed().equals(changed)) {
      return before.sha256();
    }
    String sha256 = Sha256.of(path);
    known.put(name, new Known(attributes.size(), changed, sha256));
    Durable.writeShared(file, JSON.writeValueAsString(known));
    return sha256;
  }
}
