package io.llmforge.cli.run;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The packaged operator as a process of its own, told by KUBECONFIG which cluster is its. */
public final class OperatorProcess implements AutoCloseable {

  private static final Duration START_TIMEOUT = Duration.ofSeconds(90);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);
  private static final int LOG_LINES_SHOWN = 20;

  private final Process process;
  private final URI readiness;
  private final Path log;

  private OperatorProcess(Process process, URI readiness, Path log) {
    this.process = process;
    this.readiness = readiness;
    this.log = log;
  }

  /**
   * Starts the operator; it is not ready yet.
   *
   * @param javaOptions options of its Java
   * @param settings additional environment
   */
  public static OperatorProcess launch(
      Installation installation,
      List<String> javaOptions,
      Path kubeconfig,
      Path log,
      Map<String, String> settings)
      throws IOException {
    int port = freePort();
    List<String> command = new ArrayList<>();
    command.add(installation.java().toString());
    command.addAll(javaOptions);
    command.addAll(List.of("-jar", installation.operatorJar().toString()));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("KUBECONFIG", kubeconfig.toString());
    builder.environment().put("QUARKUS_HTTP_HOST", "127.0.0.1");
    builder.environment().put("QUARKUS_HTTP_PORT", Integer.toString(port));
    builder.environment().putAll(settings);
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    return new OperatorProcess(
        builder.start(), URI.create("http://127.0.0.1:" + port + "/q/health/ready"), log);
  }

  /**
   * Waits until the operator reconciles.
   *
   * @throws IOException when it ends or takes too long; the message holds the end of its log
   */
  public void awaitReady() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
    try (HttpClient client = HttpClient.newHttpClient()) {
      while (!isReady(client)) {
        if (!process.isAlive() || System.nanoTime() > deadline) {
          String words = lastWords();
          throw new IOException(
              "the operator did not start; the end of its log %s:%n%s".formatted(log, words));
        }
        TimeUnit.MILLISECONDS.sleep(100);
      }
    }
  }

  /** Ends it without a word, as a node that loses its power does. */
  public void kill() {
    process.destroyForcibly();
  }

  /** Its standard output and error. */
  public Path log() {
    return log;
  }

  public boolean isRunning() {
    return process.isAlive();
  }

  public long processId() {
    return process.pid();
  }

  /** The end of its log, for a message about its death. */
  public String lastWords() throws IOException {
    List<String> lines = Files.readAllLines(log);
    return String.join(
        "\n", lines.subList(Math.max(0, lines.size() - LOG_LINES_SHOWN), lines.size()));
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private boolean isReady(HttpClient client) throws InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(readiness).timeout(Duration.ofSeconds(2)).build();
    try {
      return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false; // Not listening yet.
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
