package io.llmforge.trainer.fetch;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.trainer.fetch.FolderUpload.Content;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A commit as the Hub takes it: lines of JSON, the first of which says on which commit it builds.
 *
 * @param folder where the files lie
 * @param parent the commit it builds on, and no other
 * @param description what it is, for people
 * @param regular files whose content is part of it
 * @param large files that are named by their digests
 * @param deleted paths of files that go
 */
record HubCommit(
    Path folder,
    String parent,
    String description,
    List<Content> regular,
    List<Content> large,
    List<String> deleted) {

  private static final String SUMMARY = "Publish the result of a run";

  private static final ObjectMapper JSON =
      new ObjectMapper().disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);

  HubCommit {
    regular = List.copyOf(regular);
    large = List.copyOf(large);
    deleted = List.copyOf(deleted);
  }

  boolean isEmpty() {
    return regular.isEmpty() && large.isEmpty() && deleted.isEmpty();
  }

  /** Writes a file, as its length is told before it is sent. */
  void write(Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      line(
          out,
          "header",
          Map.of("summary", SUMMARY, "description", description, "parentCommit", parent));
      for (Content content : regular) {
        byte[] bytes = Files.readAllBytes(folder.resolve(content.path()));
        line(out, "file", Map.of("path", content.path(), "encoding", "base64", "content", bytes));
      }
      for (Content content : large) {
        line(
            out,
            "lfsFile",
            Map.of(
                "path",
                content.path(),
                "algo",
                "sha256",
                "oid",
                content.sha256(),
                "size",
                content.bytes()));
      }
      for (String path : deleted) {
        line(out, "deletedFile", Map.of("path", path));
      }
    }
  }

  // Jackson writes bytes as Base64.
  private static void line(OutputStream out, String key, Map<String, Object> value)
      throws IOException {
    JSON.writeValue(out, Map.of("key", key, "value", value));
    out.write("\n".getBytes(StandardCharsets.UTF_8));
  }
}
