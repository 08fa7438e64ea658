package io.llmforge.operator.observe;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.llmforge.crds.plan.PlanJson;
import io.llmforge.crds.plan.PodContract;
import io.llmforge.crds.plan.TrainingReport;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Asks a trainer for its report. The pod runs a user's image, so its answer is not trusted: it has
 * little time, little room and no redirect, and no answer is an answer.
 */
public final class StatusClient implements AutoCloseable {

  /** Longest time for a whole answer. */
  public static final Duration TIMEOUT = Duration.ofSeconds(2);

  /** Longest answer. */
  public static final int MAXIMUM_BYTES = 64 * 1024;

  private final HttpClient client;
  private final int port;
  private final Duration timeout;

  private StatusClient(int port, Duration timeout) {
    this.client =
        HttpClient.newBuilder()
            .version(Version.HTTP_1_1)
            .followRedirects(Redirect.NEVER)
            .connectTimeout(timeout)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();
    this.port = port;
    this.timeout = timeout;
  }

  /** A client for trainers as the contract has them. */
  public static StatusClient ofContract() {
    return new StatusClient(PodContract.STATUS_PORT, TIMEOUT);
  }

  static StatusClient of(int port, Duration timeout) {
    return new StatusClient(port, timeout);
  }

  /**
   * Asks the trainer of a pod that has an address; never throws for what it answers.
   *
   * @param token what it asks in turn, if anything
   * @param before its answer to the question before
   */
  public StatusAnswer ask(TrainerPod.Running pod, Optional<String> token, StatusAnswer before) {
    StatusAnswer answer = ask(pod, token);
    return answer instanceof StatusAnswer.Missed missed ? missed.after(before) : answer;
  }

  private StatusAnswer ask(TrainerPod.Running pod, Optional<String> token) {
    HttpRequest.Builder builder = HttpRequest.newBuilder(uri(pod.address())).timeout(timeout);
    token.ifPresent(one -> builder.header("Authorization", "Bearer " + one));
    HttpRequest request = builder.build();
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(request, response -> new CappedBody(MAXIMUM_BYTES));
    try {
      return read(pod, answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      answer.cancel(true);
      return missed(pod, "no answer within " + timeout.toMillis() + " ms");
    } catch (ExecutionException e) {
      return missed(pod, e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      return missed(pod, "the operator is stopping");
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }

  private URI uri(String address) {
    String host = address.indexOf(':') < 0 ? address : "[" + address + "]";
    return URI.create("http://%s:%d%s".formatted(host, port, PodContract.STATUS_PATH));
  }

  private static StatusAnswer read(TrainerPod.Running pod, HttpResponse<byte[]> response) {
    if (response.statusCode() != 200) {
      return missed(pod, "it answered with HTTP status " + response.statusCode());
    }
    try {
      String body = new String(response.body(), UTF_8);
      return new StatusAnswer.Report(PlanJson.read(body, TrainingReport.class));
    } catch (JsonProcessingException e) {
      return missed(pod, "its answer is no training report: " + e.getOriginalMessage());
    }
  }

  private static StatusAnswer missed(TrainerPod.Running pod, @Nullable String why) {
    return new StatusAnswer.Missed(pod.uid(), why == null ? "the connection failed" : why);
  }
}
