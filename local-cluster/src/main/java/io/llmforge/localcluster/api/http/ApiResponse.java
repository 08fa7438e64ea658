package io.llmforge.localcluster.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** What a request is answered with. */
public sealed interface ApiResponse {

  static ApiResponse ok(JsonNode body) {
    return new Document(200, body, List.of());
  }

  /**
   * A whole JSON document.
   *
   * @param warnings sentences for the {@code Warning} headers
   */
  record Document(int code, JsonNode body, List<String> warnings) implements ApiResponse {}

  /** Plain text, such as a health answer. */
  record Text(int code, String body) implements ApiResponse {}

  /** Bytes that come as they happen, until the writer returns or the client is gone. */
  record Stream(String contentType, Writer writer) implements ApiResponse {}

  /** Writes a stream. */
  @FunctionalInterface
  interface Writer {
    void writeTo(OutputStream out) throws IOException, InterruptedException;
  }
}
