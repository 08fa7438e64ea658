package io.llmforge.localcluster.api.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One JSON line for each change. On start the lines are replayed and rewritten as one line for each
 * living object; a half-written last line, left by a killed process, is dropped.
 */
public final class Journal implements Closeable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Optional<Path> file;
  private Optional<BufferedWriter> writer = Optional.empty();

  private Journal(Optional<Path> file) {
    this.file = file;
  }

  /** Remembers nothing. */
  public static Journal none() {
    return new Journal(Optional.empty());
  }

  /** Remembers in {@code journal.jsonl} of a folder, which is made when missing. */
  public static Journal in(Path folder) throws IOException {
    Files.createDirectories(folder);
    return new Journal(Optional.of(folder.resolve("journal.jsonl")));
  }

  long replay(Map<ResourceId, SortedMap<ObjectKey, ObjectNode>> into) throws IOException {
    if (file.isEmpty()) {
      return 0;
    }
    long newest = 0;
    if (Files.exists(file.get())) {
      List<String> lines = Files.readAllLines(file.get(), StandardCharsets.UTF_8);
      for (int line = 0; line < lines.size(); line++) {
        newest = Math.max(newest, replayLine(lines, line, into));
      }
    }
    rewrite(file.get(), into);
    writer =
        Optional.of(
            Files.newBufferedWriter(file.get(), StandardCharsets.UTF_8, StandardOpenOption.APPEND));
    return newest;
  }

  private long replayLine(
      List<String> lines, int line, Map<ResourceId, SortedMap<ObjectKey, ObjectNode>> into)
      throws IOException {
    JsonNode entry;
    try {
      entry = JSON.readTree(lines.get(line));
    } catch (JsonProcessingException broken) {
      if (line == lines.size() - 1) {
        return 0;
      }
      throw new IOException(
          file.orElseThrow()
              + " line "
              + (line + 1)
              + " is not JSON; remove the file to start empty",
          broken);
    }
    var resource = new ResourceId(entry.path("group").asText(), entry.path("plural").asText());
    var key = new ObjectKey(entry.path("namespace").asText(), entry.path("name").asText());
    SortedMap<ObjectKey, ObjectNode> objects =
        into.computeIfAbsent(resource, id -> new TreeMap<>());
    if (entry.get("object") instanceof ObjectNode object) {
      objects.put(key, object);
    } else {
      objects.remove(key);
    }
    return entry.path("version").asLong();
  }

  private void rewrite(Path target, Map<ResourceId, SortedMap<ObjectKey, ObjectNode>> objects)
      throws IOException {
    Path fresh = target.resolveSibling("journal.jsonl.new");
    try (BufferedWriter out = Files.newBufferedWriter(fresh, StandardCharsets.UTF_8)) {
      for (var kind : objects.entrySet()) {
        for (var object : kind.getValue().entrySet()) {
          out.write(line(kind.getKey(), object.getKey(), object.getValue(), false));
          out.newLine();
        }
      }
    }
    Files.move(fresh, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Writes one change and returns the length of the object in bytes. */
  int append(Change.Kind kind, ResourceId resource, ObjectKey key, ObjectNode object)
      throws IOException {
    if (writer.isPresent()) {
      BufferedWriter out = writer.get();
      out.write(line(resource, key, object, kind == Change.Kind.DELETED));
      out.newLine();
      out.flush();
    }
    return JSON.writeValueAsBytes(object).length;
  }

  private static String line(
      ResourceId resource, ObjectKey key, ObjectNode object, boolean isRemoval)
      throws JsonProcessingException {
    ObjectNode entry = JsonNodeFactory.instance.objectNode();
    entry.put("version", object.path("metadata").path("resourceVersion").asLong());
    entry.put("group", resource.group()).put("plural", resource.plural());
    entry.put("namespace", key.namespace()).put("name", key.name());
    entry.set("object", isRemoval ? JsonNodeFactory.instance.nullNode() : object);
    return JSON.writeValueAsString(entry);
  }

  @Override
  public void close() throws IOException {
    if (writer.isPresent()) {
      writer.get().close();
    }
  }
}
