package io.llmforge.operator;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A process of its own that answers {@code GET /v1/status} with a file, for the token in another.
 * Needs nothing but the JDK.
 */
final class FakeStatusServer {

  private FakeStatusServer() {}

  public static void main(String[] arguments) throws IOException {
    var server = HttpServer.create(new InetSocketAddress(arguments[0], 8090), 0);
    server.createContext(
        "/",
        exchange -> {
          String token = Files.readString(Path.of(arguments[2])).strip();
          String given = exchange.getRequestHeaders().getFirst("Authorization");
          byte[] answer = Files.readAllBytes(Path.of(arguments[1]));
          exchange.sendResponseHeaders(
              ("Bearer " + token).equals(given) ? 200 : 401, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
  }
}
