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

  /** Listens on one address only: the pod's own. */
  public static StatusServer start(
      InetSocketAddress address, ProgressTracker progress, RunRequests requests)
      throws IOException {
    HttpServer server = HttpServer.create(address, 0);
    ExecutorService threads =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("status-", 0).daemon().factory());
    server.setExecutor(threads);
    get(server, PodContract.STATUS_PATH, JSON, () -> PlanJson.write(progress.report()));
    get(
        server,
        PodContract.METRICS_PATH,
        PrometheusText.CONTENT_TYPE,
        () -> PrometheusText.of(progress));
    get(server, PodContract.LIVE_PATH, TEXT, () -> "ok\n");
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
    post(server, PodContract.CHECKPOINT_PATH, requests::checkpoint);
    post(server, PodContract.STOP_PATH, requests::stop);
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

  private static void get(HttpServer server, String path, String type, Supplier<String> body) {
    exact(server, path, "GET", exchange -> answer(exchange, 200, type, body.get()));
  }

  private static void post(HttpServer server, String path, Runnable request) {
    exact(
        server,
        path,
        "POST",
        exchange -> {
          request.run();
          answer(exchange, 202, JSON, "{}");
        });
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
