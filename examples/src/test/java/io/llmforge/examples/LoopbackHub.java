package io.llmforge.examples;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A Hub with one model, the files of a folder; it asks for a token. */
final class LoopbackHub implements AutoCloseable {

  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  private final String repository;
  private final String token;
  private final Path folder;
  private final HttpServer server;

  LoopbackHub(String repository, String token, Path folder) throws IOException {
    this.repository = repository;
    this.token = token;
    this.folder = folder;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::handle);
    server.start();
  }

  String address() {
    return "http://127.0.0.1:%d".formatted(server.getAddress().getPort());
  }

  private void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String files = "/%s/resolve/%s/".formatted(repository, COMMIT);
    if (!("Bearer " + token).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
      exchange.getResponseHeaders().add("X-Error-Code", "GatedRepo");
      answer(exchange, 403, new byte[0]);
    } else if (path.equals("/api/models/%s/revision/main".formatted(repository))) {
      answer(exchange, 200, listing());
    } else if (path.startsWith(files)) {
      answer(exchange, 200, Files.readAllBytes(folder.resolve(path.substring(files.length()))));
    } else {
      answer(exchange, 404, new byte[0]);
    }
  }

  private byte[] listing() throws IOException {
    List<Map<String, Object>> siblings = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        byte[] bytes = Files.readAllBytes(file);
        siblings.add(
            Map.of(
                "rfilename", String.valueOf(file.getFileName()),
                "size", bytes.length,
                "blobId", gitBlob(bytes)));
      }
    }
    return new ObjectMapper().writeValueAsBytes(Map.of("sha", COMMIT, "siblings", siblings));
  }

  private static String gitBlob(byte[] bytes) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-1");
      digest.update("blob %d\0".formatted(bytes.length).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest.digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
