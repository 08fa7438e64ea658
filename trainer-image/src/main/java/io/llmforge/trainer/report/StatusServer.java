package io.llmforge.trainer.report;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.llmforge.crds.plan.PlanJson;
import io.llmforge.crds.plan.PodContract;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * The pod's HTTP endpoints: progress and metrics to read, probes, and two requests. They only
 * inform and ask; what became of a run is said by the termination message alone.
 */
public final class StatusServer implements AutoCloseable {

  private static final String JSON = "application/json";
  private static final String TEXT = "text/plain; charset=utf-8";

  private final HttpServer server;
  private final ExecutorService threads;

  private StatusServer(HttpServer server, ExecutorService threads) {
    this.server = server;
    this.threads = threads;
  }

  /**
   * Listens on one address only: the pod's own.
   *
   * @param token what questions must carry; probes need not
   */
  public static StatusServer start(
      InetSocketAddress address, ProgressTracker progress, RunRequests requests, StatusToken token)
      throws IOException {
    HttpServer server = HttpServer.create(address, 0);
    ExecutorService threads =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("status-", 0).daemon().factory());
    server.setExecutor(threads);
    exact(
        server,
        PodContract.STATUS_PATH,
        "GET",
        guarded(token, gives(JSON, () -> PlanJson.write(progress.report()))));
    exact(
        server,
        PodContract.METRICS_PATH,
        "GET",
        guarded(token, gives(PrometheusText.CONTENT_TYPE, () -> PrometheusText.of(progress))));
    exact(server, PodContract.LIVE_PATH, "GET", gives(TEXT, () -> "ok\n"));
    exact(
        server,
        PodContract.READY_PATH,
        "GET",
        exchange ->
            answer(
                exchange,
                progress.isReady() ? 200 : 503,
                TEXT,
                progress.isReady() ? "ok\n" : "loading\n"));
    exact(server, PodContract.CHECKPOINT_PATH, "POST", guarded(token, takes(requests::checkpoint)));
    exact(server, PodContract.STOP_PATH, "POST", guarded(token, takes(requests::stop)));
    server.createContext("/", exchange -> answer(exchange, 404, TEXT, "no such path\n"));
    server.start();
    return new StatusServer(server, threads);
  }

  /** Where it listens; the port is chosen by the system when 0 was asked for. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  @FunctionalInterface
  private interface Handler {
    void handle(HttpExchange exchange) throws IOException;
  }

  private static Handler gives(String type, Supplier<String> body) {
    return exchange -> answer(exchange, 200, type, body.get());
  }

  private static Handler takes(Runnable request) {
    return exchange -> {
      request.run();
      answer(exchange, 202, JSON, "{}");
    };
  }

  private static Handler guarded(StatusToken token, Handler handler) {
    return exchange -> {
      if (token.allows(exchange)) {
        handler.handle(exchange);
      } else {
        exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
        answer(exchange, 401, TEXT, "the run's token is missing or wrong\n");
      }
    };
  }

  /** A context also gets the paths below its own; those do not exist. */
  private static void exact(HttpServer server, String path, String method, Handler handler) {
    server.createContext(
        path,
        exchange -> {
          if (!exchange.getRequestURI().getPath().equals(path)) {
            answer(exchange, 404, TEXT, "no such path\n");
          } else if (!exchange.getRequestMethod().equals(method)) {
            exchange.getResponseHeaders().set("Allow", method);
            answer(exchange, 405, TEXT, "use " + method + "\n");
          } else {
            handler.handle(exchange);
          }
        });
  }

  private static void answer(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, bytes.length);
    try (exchange;
        OutputStream out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }
}
