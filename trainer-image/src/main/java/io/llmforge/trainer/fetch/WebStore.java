package io.llmforge.trainer.fetch;

import io.llmforge.crds.plan.Location.RemoteFile;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A file of a web server. An interrupted download goes on only while the server confirms that the
 * content is the same ({@code If-Range}, RFC 9110 section 13.1.5); else it begins again.
 */
final class WebStore implements RemoteStore {

  private final RemoteFile file;
  private final URI address;
  private final RemoteSettings settings;
  private final InstantSource clock;
  private final WebClient client = new WebClient();

  WebStore(RemoteFile file, RemoteSettings settings, InstantSource clock) {
    this.file = file;
    this.address = URI.create(file.uri());
    this.settings = settings;
    this.clock = clock;
  }

  // Not HEAD: addresses signed for GET refuse it.
  @Override
  public Inventory inventory() throws IOException {
    try (WebClient.Answer answer = client.get(question(Map.of()))) {
      require(answer);
      long bytes =
          answer
              .response()
              .headers()
              .firstValueAsLong("Content-Length")
              .orElse(Inventory.UNKNOWN_SIZE);
      var entry = new Inventory.Entry(file.fileName(), bytes, version(answer), Checksum.UNKNOWN);
      return new Inventory(file.text(), "", List.of(entry));
    }
  }

  @Override
  public Body open(Inventory inventory, Inventory.Entry entry, long offset) throws IOException {
    boolean resumes = offset > 0 && !entry.version().isEmpty();
    WebClient.Answer answer =
        client.get(
            question(
                resumes
                    ? Map.of("Range", "bytes=%d-".formatted(offset), "If-Range", entry.version())
                    : Map.of()));
    try {
      require(answer);
      if (!version(answer).equals(entry.version())) {
        throw new ChangedException(file.text() + " was changed while it was fetched");
      }
    } catch (IOException | RuntimeException e) {
      answer.close();
      throw e;
    }
    return new Body(answer.body(), answer.status() == 206 ? offset : 0);
  }

  // The look at it was a question for its bytes.
  @Override
  public void requireReadable(Inventory inventory) {}

  /** A date names a content only to the second. */
  @Override
  public Optional<String> keptAs(Inventory inventory) {
    return inventory.files().stream().allMatch(file -> file.version().startsWith("\""))
        ? Optional.of(file.text())
        : Optional.empty();
  }

  private WebClient.Question question(Map<String, String> headers) {
    // Data sets of the Hub are files of its web server.
    Optional<String> token =
        WebClient.isSameServer(settings.hub(), address) ? settings.hubToken() : Optional.empty();
    return new WebClient.Question(address, token, headers);
  }

  /** A strong entity tag, else the date of the last change. */
  private static String version(WebClient.Answer answer) {
    return answer
        .header("ETag")
        .filter(tag -> !tag.startsWith("W/"))
        .or(() -> answer.header("Last-Modified"))
        .orElse("");
  }

  private void require(WebClient.Answer answer) throws IOException {
    int status = answer.status();
    if (status == 200 || status == 206) {
      return;
    }
    if (WebAnswers.isPassing(status)) {
      throw WebAnswers.busy(address, answer, clock);
    }
    if (status == 416) {
      throw new ChangedException(file.text() + " is shorter by now");
    }
    throw switch (status) {
      case 404, 410 ->
          new StorageException.NotFound(
              "%s does not exist (HTTP %d); correct the address".formatted(file.text(), status),
              null);
      case 401, 403 ->
          new StorageException.AccessDenied(
              "%s may not be read (HTTP %d); use an address that needs no login, or one that is signed"
                  .formatted(file.text(), status),
              null);
      default ->
          new StorageException.Unavailable(
              "%s is answered with HTTP %d; check the address".formatted(file.text(), status),
              null);
    };
  }

  @Override
  public void close() {
    client.close();
  }
}
