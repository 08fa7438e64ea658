package io.llmforge.trainer.fetch;

import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads from web servers. Redirects are followed here and not by the JDK, which would send the
 * token along: the token goes to the server it is for, and never unencrypted after an encrypted
 * request.
 */
final class WebClient implements AutoCloseable {

  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
  private static final int MOST_REDIRECTS = 10;
  private static final Duration ANSWER_TIME = Duration.ofSeconds(60);
  private static final Duration LONGEST_STALL = Duration.ofSeconds(60);

  private final HttpClient client =
      HttpClient.newBuilder()
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(Duration.ofSeconds(20))
          .build();

  /**
   * What is asked for.
   *
   * @param address where
   * @param token bearer token for the server of {@code address}
   * @param headers further headers, sent to every server of a chain of redirects
   */
  record Question(URI address, Optional<String> token, Map<String, String> headers) {
    Question {
      headers = Map.copyOf(headers);
    }
  }

  /**
   * What came back; its body must be closed.
   *
   * @param status HTTP status
   * @param response headers and body
   */
  record Answer(int status, HttpResponse<InputStream> response) implements AutoCloseable {

    Optional<String> header(String name) {
      return response.headers().firstValue(name);
    }

    InputStream body() {
      return new StallGuard(response.body(), LONGEST_STALL);
    }

    @Override
    public void close() throws IOException {
      response.body().close();
    }
  }

  Answer get(Question question) throws IOException {
    URI address = question.address();
    for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      HttpResponse<InputStream> response = send(request(question, address));
      Optional<String> target = response.headers().firstValue("Location");
      if (!REDIRECTS.contains(response.statusCode()) || target.isEmpty()) {
        return new Answer(response.statusCode(), response);
      }
      response.body().close();
      address = next(address, target.get());
    }
    throw new StorageException.Unavailable(
        "%s redirects more than %d times; check the address"
            .formatted(shown(question.address()), MOST_REDIRECTS),
        null);
  }

  private static HttpRequest request(Question question, URI address) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address)
            .timeout(ANSWER_TIME)
            .header("User-Agent", "llmforge-trainer")
            // A compressed body has no ranges and another length.
            .header("Accept-Encoding", "identity");
    question.headers().forEach(request::header);
    if (isSameServer(question.address(), address)) {
      question.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
    }
    return request.build();
  }

  private HttpResponse<InputStream> send(HttpRequest request) throws IOException {
    try {
      return client.send(request, BodyHandlers.ofInputStream());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while asking " + shown(request.uri()));
    } catch (IOException e) {
      throw new IOException(
          "%s cannot be reached (%s)".formatted(server(request.uri()), text(e)), e);
    }
  }

  private static URI next(URI from, String target) {
    URI address;
    try {
      address = from.resolve(target);
    } catch (IllegalArgumentException e) {
      throw new StorageException.Unavailable(
          "%s redirects to something that is no address".formatted(shown(from)), e);
    }
    boolean encrypted = "https".equalsIgnoreCase(address.getScheme());
    boolean plain = "http".equalsIgnoreCase(address.getScheme());
    boolean wasEncrypted = "https".equalsIgnoreCase(from.getScheme());
    if (address.getHost() == null || (!encrypted && (wasEncrypted || !plain))) {
      throw new StorageException.AccessDenied(
          "%s redirects to %s, which is not followed: it is not encrypted or no web address"
              .formatted(shown(from), shown(address)),
          null);
    }
    return address;
  }

  static boolean isSameServer(URI one, URI other) {
    return server(one).equals(server(other));
  }

  /** Scheme, host and port. */
  static String server(URI address) {
    String scheme = String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
    int usual = scheme.equals("https") ? 443 : 80;
    int port = address.getPort() < 0 ? usual : address.getPort();
    return "%s://%s:%d"
        .formatted(scheme, String.valueOf(address.getHost()).toLowerCase(Locale.ROOT), port);
  }

  /** An address without its query, which may hold a signature. */
  static String shown(URI address) {
    String text = address.toString();
    int query = text.indexOf('?');
    return query < 0 ? text : text.substring(0, query) + "?...";
  }

  private static String text(IOException e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
