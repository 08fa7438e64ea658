package io.llmforge.trainer.fetch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * Reads from web servers and sends to them. Redirects are followed here and not by the JDK, which
 * would send the token along: the token goes to the server it is for, and never unencrypted after
 * an encrypted request.
 */
final class WebClient implements AutoCloseable {

  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
  private static final int MOST_REDIRECTS = 10;
  private static final Duration ANSWER_TIME = Duration.ofSeconds(60);
  private static final Duration LONGEST_STALL = Duration.ofSeconds(60);

  /** A server may think long about what it was sent: put parts together, make a commit. */
  private static final Duration LONGEST_SENDING_STALL = Duration.ofMinutes(2);

  /** After which it is looked again whether the pod is asked to end. */
  private static final Duration SLICE = Duration.ofMillis(250);

  private static final ObjectMapper JSON = new ObjectMapper();

  private final BooleanSupplier stopRequested;
  private final HttpClient client =
      HttpClient.newBuilder()
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(Duration.ofSeconds(20))
          .build();

  /** One that reads; whoever reads its answers hears that the pod is asked to end. */
  WebClient() {
    this(() -> false);
  }

  /**
   * One that sends.
   *
   * @param stopRequested whether the pod is asked to end
   */
  WebClient(BooleanSupplier stopRequested) {
    this.stopRequested = stopRequested;
  }

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

    /** The body as JSON, of which no more is read than so many bytes. */
    JsonNode json(int mostBytes) throws IOException {
      try (InputStream bytes = body()) {
        return JSON.readTree(bytes.readNBytes(mostBytes));
      }
    }

    boolean isRedirect() {
      return REDIRECTS.contains(status);
    }

    @Override
    public void close() throws IOException {
      response.body().close();
    }
  }

  /** Asks for headers alone; redirects to another server are the answer and are not followed. */
  Answer head(Question question) throws IOException {
    URI address = question.address();
    for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      HttpResponse<InputStream> response =
          ask(request(question, address).HEAD().timeout(ANSWER_TIME).build());
      Answer answer = new Answer(response.statusCode(), response);
      Optional<URI> target = location(answer, address);
      if (target.isEmpty() || !isSameServer(address, target.get())) {
        return answer;
      }
      answer.close();
      address = target.get();
    }
    throw tooManyRedirects(question);
  }

  private static Optional<URI> location(Answer answer, URI from) {
    return answer.isRedirect()
        ? answer.header("Location").map(target -> next(from, target))
        : Optional.empty();
  }

  Answer get(Question question) throws IOException {
    URI address = question.address();
    for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      HttpResponse<InputStream> response =
          ask(request(question, address).timeout(ANSWER_TIME).build());
      Optional<String> target = response.headers().firstValue("Location");
      if (!REDIRECTS.contains(response.statusCode()) || target.isEmpty()) {
        return new Answer(response.statusCode(), response);
      }
      response.body().close();
      address = next(address, target.get());
    }
    throw tooManyRedirects(question);
  }

  private static StorageException tooManyRedirects(Question question) {
    return new StorageException.Unavailable(
        "%s redirects more than %d times; check the address"
            .formatted(shown(question.address()), MOST_REDIRECTS),
        null);
  }

  /** How a body is sent. */
  enum Method {
    POST,
    PUT
  }

  /**
   * Sends a body. No redirect is followed: what moved was meant for another place.
   *
   * @throws FetchControl.StoppedException when the pod is asked to end meanwhile
   */
  Answer send(Method method, Question question, SentBytes body) throws IOException {
    HttpRequest request =
        request(question, question.address())
            // Else an upgrade is asked for, which servers answer in many ways when a body follows.
            .version(HttpClient.Version.HTTP_1_1)
            .method(method.name(), body.publisher())
            .build();
    CompletableFuture<HttpResponse<InputStream>> answer =
        client.sendAsync(request, BodyHandlers.ofInputStream());
    long taken = body.taken();
    long quietSince = System.nanoTime();
    while (true) {
      Optional<HttpResponse<InputStream>> response = response(request, answer);
      if (response.isPresent()) {
        return new Answer(response.get().statusCode(), response.get());
      }
      if (stopRequested.getAsBoolean()) {
        answer.cancel(true);
        throw new FetchControl.StoppedException();
      }
      if (body.taken() != taken) {
        taken = body.taken();
        quietSince = System.nanoTime();
      } else if (System.nanoTime() - quietSince > LONGEST_SENDING_STALL.toNanos()) {
        answer.cancel(true);
        throw new IOException(
            "%s took nothing and said nothing for %d s"
                .formatted(server(request.uri()), LONGEST_SENDING_STALL.toSeconds()));
      }
    }
  }

  private static HttpRequest.Builder request(Question question, URI address) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address)
            .header("User-Agent", "llmforge-trainer")
            // A compressed body has no ranges and another length.
            .header("Accept-Encoding", "identity");
    question.headers().forEach(request::header);
    if (isSameServer(question.address(), address)) {
      question.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
    }
    return request;
  }

  private HttpResponse<InputStream> ask(HttpRequest request) throws IOException {
    try {
      return client.send(request, BodyHandlers.ofInputStream());
    } catch (InterruptedException e) {
      throw interrupted(request);
    } catch (IOException e) {
      throw unreachable(request, e);
    }
  }

  /** Nothing when the server has not answered for a while. */
  private static Optional<HttpResponse<InputStream>> response(
      HttpRequest request, CompletableFuture<HttpResponse<InputStream>> answer) throws IOException {
    try {
      return Optional.of(answer.get(SLICE.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      answer.cancel(true);
      throw interrupted(request);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw unreachable(request, cause);
      }
      throw new IllegalStateException("sending to " + shown(request.uri()) + " failed", e);
    }
  }

  private static IOException unreachable(HttpRequest request, IOException e) {
    return new IOException(
        "%s cannot be reached (%s)".formatted(server(request.uri()), text(e)), e);
  }

  private static IOException interrupted(HttpRequest request) {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("interrupted while asking " + shown(request.uri()));
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
