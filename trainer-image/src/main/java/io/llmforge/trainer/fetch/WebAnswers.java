package io.llmforge.trainer.fetch;

import java.net.URI;
import java.time.InstantSource;

/** What every web server means by its statuses. */
final class WebAnswers {

  private WebAnswers() {}

  /** Whether the same question may be answered later. */
  static boolean isPassing(int status) {
    boolean unable = status == 501 || status == 505;
    return status == 408 || status == 425 || status == 429 || (status >= 500 && !unable);
  }

  static BusyException busy(URI server, WebClient.Answer answer, InstantSource clock) {
    String what = answer.status() == 429 ? "asks to slow down" : "is not well";
    return new BusyException(
        "%s %s (HTTP %d)".formatted(WebClient.server(server), what, answer.status()),
        RetryAfter.of(answer, clock));
  }
}
