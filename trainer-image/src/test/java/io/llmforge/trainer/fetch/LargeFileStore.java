package io.llmforge.trainer.fetch;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where a test's Hub keeps large files: a server of its own that takes what has a signed address
 * and, as object stores do, nothing that carries a token besides, nor a body of unknown length.
 */
final class LargeFileStore implements AutoCloseable {

  /** What was sent: a whole file, or a part of one. */
  final List<String> received = Collections.synchronizedList(new ArrayList<>());

  /** Statuses instead of the next right answers; 0 breaks the connection off. */
  final Queue<Integer> faults = new ConcurrentLinkedQueue<>();

  /** What happens before what is sent is taken. */
  volatile Runnable beforeTaking = () -> {};

  private final Map<String, byte[]> objects = new ConcurrentHashMap<>();
  private final Map<String, TreeMap<Integer, byte[]>> uploads = new ConcurrentHashMap<>();
  private final AtomicInteger signed = new AtomicInteger();
  private final HttpServer server;

  /** What signatures are made with; addresses made with an older one have expired. */
  private final AtomicInteger epoch = new AtomicInteger();

  /** Larger files are sent in parts of so many bytes. */
  volatile int partBytes = 1 << 30;

  /** Before how many further requests all addresses expire once; negative for never. */
  private final AtomicInteger untilExpiry = new AtomicInteger(-1);

  LargeFileStore() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::handle);
    server.start();
  }

  boolean has(String oid) {
    return objects.containsKey(oid);
  }

  byte[] content(String oid) {
    return objects.get(oid);
  }

  void keep(byte[] content) {
    objects.put(HubFiles.sha256(content), content);
  }

  void expireAfter(int requests) {
    untilExpiry.set(requests);
  }

  String download(String oid) {
    return signed("/objects/" + oid);
  }

  /** An answer to one object of Git LFS' batch. */
  Map<String, Object> actions(String oid, long size, String completion) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("oid", oid);
    object.put("size", size);
    if (has(oid)) {
      return object;
    }
    Map<String, Object> header = new LinkedHashMap<>();
    String href;
    if (size > partBytes) {
      String upload = "upload-" + signed.incrementAndGet();
      uploads.put(upload, new TreeMap<>());
      header.put("chunk_size", Integer.toString(partBytes));
      for (int part = 1; (part - 1) * (long) partBytes < size; part++) {
        header.put(Integer.toString(part), signed("/parts/%s/%d".formatted(upload, part)));
      }
      href = completion + "?uploadId=" + upload;
    } else {
      href = signed("/objects/" + oid);
    }
    object.put("authenticated", true);
    object.put("actions", Map.of("upload", Map.of("href", href, "header", header)));
    return object;
  }

  /** Puts parts together; not when they are not what they should be. */
  boolean complete(String upload, JsonNode words) {
    var parts = uploads.get(upload);
    if (parts == null || parts.size() != words.path("parts").size()) {
      return false;
    }
    var whole = new ByteArrayOutputStream();
    for (var named : words.path("parts")) {
      byte[] part = parts.get(named.path("partNumber").asInt());
      if (part == null || !named.path("etag").asText().equals(tag(part))) {
        return false;
      }
      whole.writeBytes(part);
    }
    String oid = words.path("oid").asText();
    if (!HubFiles.sha256(whole.toByteArray()).equals(oid)) {
      return false;
    }
    objects.put(oid, whole.toByteArray());
    uploads.remove(upload);
    return true;
  }

  /** Another host than the Hub's, as clients compare hosts and not ports. */
  private String signed(String path) {
    return "http://localhost:%d%s?X-Amz-Signature=%s"
        .formatted(server.getAddress().getPort(), path, signature(path));
  }

  private String signature(String path) {
    return HubFiles.sha256(
        "%d secret %s".formatted(epoch.get(), path).getBytes(StandardCharsets.UTF_8));
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      Integer fault = faults.poll();
      if (fault != null) {
        if (fault != 0) {
          answer(exchange, fault, "fault");
        }
        return;
      }
      if (untilExpiry.getAndDecrement() == 0) {
        epoch.incrementAndGet();
      }
      boolean isSigned =
          ("X-Amz-Signature=" + signature(path)).equals(exchange.getRequestURI().getQuery());
      if (exchange.getRequestHeaders().containsKey("Authorization")) {
        answer(exchange, 400, "Only one auth mechanism allowed");
      } else if (!isSigned) {
        answer(exchange, 403, "Request has expired");
      } else if (exchange.getRequestMethod().equals("PUT")) {
        take(exchange, path.split("/"));
      } else {
        byte[] content = objects.get(path.substring(path.lastIndexOf('/') + 1));
        boolean isWanted = exchange.getRequestMethod().equals("GET");
        exchange.getResponseHeaders().set("Content-Length", Integer.toString(content.length));
        exchange.sendResponseHeaders(200, isWanted ? content.length : -1);
        if (isWanted) {
          exchange.getResponseBody().write(content);
        }
      }
    }
  }

  private void take(HttpExchange exchange, String[] path) throws IOException {
    if (!exchange.getRequestHeaders().containsKey("Content-Length")) {
      answer(exchange, 501, "A header you provided implies functionality that is not implemented");
      return;
    }
    beforeTaking.run();
    byte[] body = exchange.getRequestBody().readAllBytes();
    received.add(String.join("/", path).substring(1));
    if (path[1].equals("objects")) {
      // The address is signed for this content.
      if (!HubFiles.sha256(body).equals(path[2])) {
        answer(exchange, 400, "The provided x-amz-content-sha256 does not match");
        return;
      }
      objects.put(path[2], body);
    } else if (uploads.containsKey(path[2])) {
      uploads.get(path[2]).put(Integer.valueOf(path[3]), body);
    } else {
      answer(exchange, 404, "NoSuchUpload");
      return;
    }
    exchange.getResponseHeaders().add("ETag", tag(body));
    answer(exchange, 200, "");
  }

  private static String tag(byte[] body) {
    return "\"%s\"".formatted(HubFiles.hex("MD5", "", body));
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.getRequestBody().readAllBytes();
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
