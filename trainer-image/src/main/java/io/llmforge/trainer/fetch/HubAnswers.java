package io.llmforge.trainer.fetch;

import io.llmforge.crds.plan.Location.HubModel;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Optional;

/**
 * What the Hub means when it does not answer with 200. Its header {@code X-Error-Code} tells cases
 * apart that share a status: it answers 401 for a repository that does not exist, so as not to say
 * which private ones do.
 */
final class HubAnswers {

  private static final String CREDENTIALS =
      "name a Secret with HF_TOKEN in spec.credentials, the token of an account that may read it";

  private final HubModel model;
  private final RemoteSettings settings;
  private final InstantSource clock;

  HubAnswers(HubModel model, RemoteSettings settings, InstantSource clock) {
    this.model = model;
    this.settings = settings;
    this.clock = clock;
  }

  /** Nothing for an answer to read on; an exception for every other. */
  void require(WebClient.Answer answer) throws IOException {
    int status = answer.status();
    if (status == 200 || status == 206) {
      return;
    }
    if (WebAnswers.isPassing(status)) {
      throw WebAnswers.busy(settings.hub(), answer, clock);
    }
    if (status == 416) {
      throw new RemoteStore.ChangedException(model.text() + " has another size by now");
    }
    throw refusal(status, answer.header("X-Error-Code").orElse(""));
  }

  private StorageException refusal(int status, String code) {
    return switch (code) {
      case "GatedRepo" -> gated();
      case "RepoNotFound" -> missing();
      case "RevisionNotFound" ->
          new StorageException.NotFound(
              "%s: there is no such revision; correct it, or leave it out for the default branch"
                  .formatted(model.text()),
              null);
      default -> refusal(status);
    };
  }

  private StorageException refusal(int status) {
    return switch (status) {
      case 401 -> settings.hubToken().isPresent() ? badToken() : missing();
      case 403 -> gated();
      case 404 -> missing();
      default ->
          new StorageException.Unavailable(
              "%s: %s answered with HTTP %d; check HF_ENDPOINT"
                  .formatted(model.text(), settings.hub(), status),
              null);
    };
  }

  private StorageException gated() {
    return new StorageException.AccessDenied(
        "%s may not be read: its licence must be accepted at %s/%s by the account of HF_TOKEN; %s"
            .formatted(model.text(), settings.hub(), model.repository(), CREDENTIALS),
        null);
  }

  private StorageException missing() {
    Optional<String> token = settings.hubToken();
    return new StorageException.NotFound(
        "%s does not exist at %s, or it is private; correct the id, or %s%s"
            .formatted(
                model.text(),
                settings.hub(),
                CREDENTIALS,
                token.isPresent() ? " (a token was sent)" : ""),
        null);
  }

  private StorageException badToken() {
    return new StorageException.AccessDenied(
        "%s: %s does not accept HF_TOKEN; it is wrong or has expired: %s"
            .formatted(model.text(), settings.hub(), CREDENTIALS),
        null);
  }
}
