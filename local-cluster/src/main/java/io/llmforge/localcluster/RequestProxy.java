package io.llmforge.localcluster;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.internal.SSLUtils;
import io.llmforge.localcluster.api.http.RequestLog;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * An API server's stand-in on loopback that tells of every request and passes it on, with the
 * rights of a kubeconfig: for tests that must know what a client asks. It streams; it speaks no
 * WebSocket, so clients watch by HTTP.
 */
final class RequestProxy implements AutoCloseable {
  private static final List<String> PASSED_ON = List.of("Accept", "Content-Type", "User-Agent");

  private final URI target;
  private final Optional<String> token;
  private final RequestLog log;
  private final HttpClient client;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private RequestProxy(Config config, RequestLog log, HttpClient client, HttpServer server) {
    this.target = URI.create(config.getMasterUrl());
    this.token =
        Optional.ofNullable(config.getOauthToken())
            .or(() -> Optional.ofNullable(config.getAutoOAuthToken()));
    this.log = log;
    this.client = client;
    this.server = server;
  }

  /**
   * Listens on a free port.
   *
   * @param config the API server, and who we are to it
   */
  static RequestProxy start(Config config, RequestLog log) throws IOException {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    var proxy = new RequestProxy(config, log, client(config), HttpServer.create(address, 0));
    proxy.server.setExecutor(proxy.threads);
    proxy.server.createContext("/", proxy::pass);
    proxy.server.start();
    return proxy;
  }

  private static HttpClient client(Config config) throws IOException {
    try {
      return HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .sslContext(SSLUtils.sslContext(config))
          .build();
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot use the certificates of the kubeconfig", e);
    }
  }

  /** A kubeconfig that names this. */
  String kubeconfig(String namespace) {
    return """
        apiVersion: v1
        kind: Config
        clusters:
        - name: proxy
          cluster: {server: "http://127.0.0.1:%d"}
        users:
        - name: nobody
          user: {}
        contexts:
        - name: proxy
          context: {cluster: proxy, user: nobody, namespace: %s}
        current-context: proxy
        """
        .formatted(server.getAddress().getPort(), namespace);
  }

  private void pass(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (exchange.getRequestHeaders().containsKey("Upgrade")) {
        exchange.sendResponseHeaders(200, -1);
        return;
      }
      var request = request(exchange);
      log.received(
          exchange.getRequestMethod(),
          Arrays.stream(exchange.getRequestURI().getPath().split("/"))
              .filter(segment -> !segment.isEmpty())
              .toList(),
          Optional.ofNullable(exchange.getRequestHeaders().getFirst("User-Agent")).orElse(""));
      var response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
      response
          .headers()
          .firstValue("Content-Type")
          .ifPresent(type -> exchange.getResponseHeaders().set("Content-Type", type));
      exchange.sendResponseHeaders(response.statusCode(), 0);
      copy(response.body(), exchange.getResponseBody());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private HttpRequest request(HttpExchange exchange) throws IOException {
    var body = exchange.getRequestBody().readAllBytes();
    var request =
        HttpRequest.newBuilder(target.resolve(exchange.getRequestURI()))
            .method(
                exchange.getRequestMethod(),
                body.length == 0
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(body));
    for (var name : PASSED_ON) {
      Optional.ofNullable(exchange.getRequestHeaders().getFirst(name))
          .ifPresent(value -> request.header(name, value));
    }
    token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
    return request.build();
  }

  private static void copy(InputStream from, OutputStream to) throws IOException {
    try (from) {
      var buffer = new byte[8192];
      for (var read = from.read(buffer); read >= 0; read = from.read(buffer)) {
        to.write(buffer, 0, read);
        to.flush();
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
    client.close();
  }
}
