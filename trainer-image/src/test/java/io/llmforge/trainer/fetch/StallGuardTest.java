package io.llmforge.trainer.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class StallGuardTest {

  private static final int ARRIVING = 10;

  @Test
  @Timeout(60)
  void downloadOnWhichNothingArrivesAnyMoreEnds() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", StallGuardTest::beginAndFallSilent);
    server.start();
    URI address = URI.create("http://127.0.0.1:%d/".formatted(server.getAddress().getPort()));
    try (var client = HttpClient.newHttpClient()) {
      InputStream body =
          client.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofInputStream()).body();

      try (var guarded = new StallGuard(body, Duration.ofSeconds(1))) {
        assertThat(guarded.readNBytes(ARRIVING)).hasSize(ARRIVING);
        assertThatThrownBy(guarded::read)
            .isInstanceOf(IOException.class)
            .hasMessageContaining("nothing arrived for 1 s");
      }
      client.shutdownNow();
    } finally {
      server.stop(0);
    }
  }

  private static void beginAndFallSilent(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 2L * ARRIVING);
    exchange.getResponseBody().write(new byte[ARRIVING]);
    exchange.getResponseBody().flush();
  }
}
