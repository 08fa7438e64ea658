package io.llmforge.trainer.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.llmforge.crds.plan.Location.RemoteFile;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WebFetchTest {

  private static final byte[] ROWS = FetchFixture.bytes(200_000);

  @TempDir Path folder;
  private final Queue<Integer> cuts = new ConcurrentLinkedQueue<>();
  private final Queue<String> ranges = new ConcurrentLinkedQueue<>();
  private volatile byte[] content = ROWS;
  private volatile String tag = "\"one\"";

  /** What becomes of the file when a download has been cut. */
  private volatile Runnable afterCut = () -> {};

  private HttpServer server;
  private FetchFixture fixture;
  private RemoteFile file;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::handle);
    server.start();
    fixture = new FetchFixture(folder, Map.of("HF_TOKEN", "hf_secret"));
    file = new RemoteFile(address("/data/rows.jsonl?version=3"));
  }

  @AfterEach
  void close() {
    server.stop(0);
  }

  @Test
  void fileKeepsItsName() {
    Path rows = fixture.fetch(file);

    assertThat(rows).hasFileName("rows.jsonl").hasBinaryContent(ROWS);
  }

  @Test
  void brokenDownloadGoesOnWhileTheContentIsTheSame() {
    cuts.add(70_000);

    assertThat(fixture.fetch(file)).hasBinaryContent(ROWS);
    assertThat(ranges).hasSize(3).startsWith("", "").last().asString().matches("bytes=\\d+-");
    // The end of what was sent may be lost with the connection; what arrived is not asked for
    // again.
    assertThat(Long.parseLong(List.copyOf(ranges).getLast().replaceAll("\\D", "")))
        .isBetween(1L, 70_000L);
  }

  @Test
  void contentThatChangedIsFetchedFromItsBeginning() {
    byte[] other = Arrays.copyOf(ROWS, 150_000);
    other[0]++;
    cuts.add(70_000);
    afterCut =
        () -> {
          content = other;
          tag = "\"two\"";
        };

    assertThat(fixture.fetch(file)).hasBinaryContent(other);
  }

  @Test
  void serverWithoutEntityTagsSendsAllOfItAgain() {
    tag = "";
    cuts.add(70_000);

    assertThat(fixture.fetch(file)).hasBinaryContent(ROWS);
    assertThat(ranges).containsOnly("");
  }

  @Test
  void fileWithAnEntityTagIsSharedByRuns() throws IOException {
    Path first = sharing("first").fetch(file);

    assertThat(sharing("second").fetch(file)).isEqualTo(first).hasBinaryContent(ROWS);

    assertThat(ranges).as("look, fetch, look").hasSize(3);
    try (Stream<Path> files = Files.walk(folder.resolve("cache"))) {
      for (Path json : files.filter(path -> path.toString().endsWith(".json")).toList()) {
        assertThat(json).content().contains("/data/rows.jsonl").doesNotContain("version=3");
      }
    }
  }

  @Test
  void fileThatADateAloneNamesIsNotShared() {
    tag = "";

    assertThat(sharing("first").fetch(file)).startsWith(folder.resolve("first"));
    assertThat(folder.resolve("cache/sources")).isEmptyDirectory();
  }

  private FetchFixture sharing(String run) {
    return new FetchFixture(folder.resolve(run), Optional.of(folder.resolve("cache")), Map.of());
  }

  @ParameterizedTest
  @CsvSource({
    "404, NotFound, correct the address",
    "403, AccessDenied, needs no login",
    "400, Unavailable, HTTP 400"
  })
  void refusalSaysWhatToDo(int status, String kind, String words) {
    assertThatThrownBy(() -> fixture.fetch(new RemoteFile(address("/status/" + status))))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(words)
        .satisfies(e -> assertThat(e.getClass().getSimpleName()).isEqualTo(kind));
  }

  @Test
  void tokenOfTheHubIsNotSentToOthers() {
    fixture.fetch(file);

    assertThat(authorizations).isEmpty();
  }

  private final List<String> authorizations = new java.util.concurrent.CopyOnWriteArrayList<>();

  private String address(String path) {
    return "http://127.0.0.1:%d%s".formatted(server.getAddress().getPort(), path);
  }

  private void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    if (path.startsWith("/status/")) {
      exchange.sendResponseHeaders(Integer.parseInt(path.substring("/status/".length())), -1);
      exchange.close();
      return;
    }
    var headers = exchange.getRequestHeaders();
    if (headers.containsKey("Authorization")) {
      authorizations.add(headers.getFirst("Authorization"));
    }
    String range = headers.containsKey("Range") ? headers.getFirst("Range") : "";
    ranges.add(range);
    boolean same = tag.equals(headers.getFirst("If-Range"));
    int from = range.isEmpty() || !same ? 0 : Integer.parseInt(range.replaceAll("[^0-9]", ""));
    if (!tag.isEmpty()) {
      exchange.getResponseHeaders().add("ETag", tag);
    }
    byte[] rest = Arrays.copyOfRange(content, from, content.length);
    exchange.sendResponseHeaders(from == 0 ? 200 : 206, rest.length);
    // The first request only looks.
    Integer cut = ranges.size() > 1 ? cuts.poll() : null;
    try {
      exchange.getResponseBody().write(rest, 0, cut == null ? rest.length : cut);
      exchange.getResponseBody().flush();
    } finally {
      if (cut != null) {
        afterCut.run();
      }
      exchange.close();
    }
  }
}
