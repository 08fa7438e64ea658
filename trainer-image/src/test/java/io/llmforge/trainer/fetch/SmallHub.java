package io.llmforge.trainer.fetch;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * A Hub with one model, on loopback: the listing of its API, and files of which weights lie on
 * another server that the Hub redirects to. It fails on demand.
 */
final class SmallHub implements AutoCloseable {

  static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  /** A request as it arrived: how, which server, what path, and two headers, "" without them. */
  record Seen(String method, String server, String path, String authorization, String range) {

    /** Whether bytes of a file were asked for. */
    boolean isBody() {
      return method.equals("GET") && !path.startsWith("/api/");
    }
  }

  /** An answer instead of the right one. */
  record Fault(int status, Map<String, String> headers) {}

  final List<Seen> seen = Collections.synchronizedList(new ArrayList<>());
  final Queue<Fault> faults = new ConcurrentLinkedQueue<>();

  /** Lengths after which the next downloads of weights break off. */
  final Queue<Integer> cuts = new ConcurrentLinkedQueue<>();

  /** Whether a download that is cut keeps its connection open, as a network does that is gone. */
  volatile boolean hangs;

  String redirect = "";

  /** The commit that the branch is at. */
  volatile String commit = COMMIT;

  /** The only token that reads files, "" when everybody may; what there is, everybody may list. */
  volatile String reader = "";

  private final String repository;
  private final Map<String, byte[]> listed = new LinkedHashMap<>();
  private final Map<String, byte[]> served = new LinkedHashMap<>();
  private final HttpServer hub = server();
  private final HttpServer store = server();

  SmallHub(String repository) throws IOException {
    this.repository = repository;
    hub.createContext("/", exchange -> handle("hub", exchange));
    store.createContext("/", exchange -> handle("store", exchange));
  }

  SmallHub add(String name, byte[] content) {
    listed.put(name, content);
    served.put(name, content);
    return this;
  }

  SmallHub add(String name, String content) {
    return add(name, content.getBytes(StandardCharsets.UTF_8));
  }

  /** Serves something else than what is listed. */
  void damage(String name, byte[] content) {
    served.put(name, content);
  }

  URI address() {
    return address(hub);
  }

  private static HttpServer server() throws IOException {
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
    return server;
  }

  private static URI address(HttpServer server) {
    return URI.create("http://127.0.0.1:%d".formatted(server.getAddress().getPort()));
  }

  private void handle(String server, HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String range = header(exchange, "Range");
    String authorization = header(exchange, "Authorization");
    seen.add(new Seen(exchange.getRequestMethod(), server, path, authorization, range));
    Fault fault = faults.poll();
    if (fault != null) {
      fault.headers().forEach(exchange.getResponseHeaders()::add);
      answer(exchange, fault.status(), new byte[0]);
    } else if (server.equals("store")) {
      serve(exchange, name(path), range);
    } else if (path.startsWith("/api/models/" + repository + "/revision/")) {
      answer(exchange, 200, listing());
    } else if (!reader.isEmpty() && !authorization.equals("Bearer " + reader)) {
      exchange.getResponseHeaders().add("X-Error-Code", "GatedRepo");
      answer(exchange, authorization.isEmpty() ? 401 : 403, new byte[0]);
    } else if (path.startsWith("/%s/resolve/%s/".formatted(repository, commit))) {
      resolve(exchange, name(path), range);
    } else {
      exchange.getResponseHeaders().add("X-Error-Code", "RepoNotFound");
      answer(exchange, 401, new byte[0]);
    }
  }

  private void resolve(HttpExchange exchange, String name, String range) throws IOException {
    if (!isLarge(name)) {
      serve(exchange, name, range);
      return;
    }
    String target = redirect.isEmpty() ? "%s/blobs/%s".formatted(address(store), name) : redirect;
    exchange.getResponseHeaders().add("Location", target);
    answer(exchange, 302, new byte[0]);
  }

  private void serve(HttpExchange exchange, String name, String range) throws IOException {
    byte[] content = served.get(name);
    if (content == null) {
      answer(exchange, 404, new byte[0]);
      return;
    }
    int from = range.isEmpty() ? 0 : Integer.parseInt(range.replaceAll("[^0-9]", ""));
    byte[] rest = Arrays.copyOfRange(content, from, content.length);
    if (exchange.getRequestMethod().equals("HEAD")) {
      answer(exchange, 200, new byte[0]);
      return;
    }
    Integer cut = isLarge(name) ? cuts.poll() : null;
    exchange.sendResponseHeaders(from == 0 ? 200 : 206, rest.length);
    OutputStream body = exchange.getResponseBody();
    body.write(rest, 0, cut == null ? rest.length : cut);
    body.flush();
    if (cut == null || !hangs) {
      exchange.close();
    }
  }

  private byte[] listing() throws IOException {
    List<Map<String, Object>> siblings =
        listed.entrySet().stream()
            .map(file -> sibling(file.getKey(), file.getValue()))
            .collect(Collectors.toList());
    return new ObjectMapper()
        .writeValueAsBytes(Map.of("id", repository, "sha", commit, "siblings", siblings));
  }

  private static Map<String, Object> sibling(String name, byte[] content) {
    Map<String, Object> file = new LinkedHashMap<>();
    file.put("rfilename", name);
    file.put("size", content.length);
    file.put("blobId", digest("SHA-1", "blob %d\0".formatted(content.length), content));
    if (isLarge(name)) {
      file.put("lfs", Map.of("sha256", digest("SHA-256", "", content), "size", content.length));
    }
    return file;
  }

  private static boolean isLarge(String name) {
    return name.endsWith(".safetensors") || name.endsWith(".bin");
  }

  private static String digest(String algorithm, String prefix, byte[] content) {
    try {
      MessageDigest digest = MessageDigest.getInstance(algorithm);
      digest.update(prefix.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest.digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private static String header(HttpExchange exchange, String name) {
    return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name)).orElse("");
  }

  private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  @Override
  public void close() {
    hub.stop(0);
    store.stop(0);
  }
}
