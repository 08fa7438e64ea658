package io.llmforge.trainer.fetch;

import io.llmforge.crds.plan.Location.HubModel;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.time.InstantSource;
import java.util.regex.Pattern;

/**
 * What the Hub means when it does not do what it was asked to write.
 *
 * @param place the repository that is written to
 * @param clock for pauses that are asked for as dates
 */
record HubWriteAnswers(HubModel place, RemoteSettings settings, InstantSource clock) {

  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");
  private static final int LONGEST_REASON = 200;

  /** What is not there yet. */
  enum Missing {
    REPOSITORY,
    BRANCH
  }

  /** Nothing for an answer to read on; an exception for every other. */
  void require(WebClient.Answer answer) throws IOException {
    int status = answer.status();
    if (status >= 200 && status < 300) {
      return;
    }
    if (WebAnswers.isPassing(status)) {
      throw WebAnswers.busy(settings.hub(), answer, clock);
    }
    throw refusal(answer);
  }

  /**
   * What a look at a repository says is missing. The Hub answers 401 for a repository that does not
   * exist, so as not to say which private ones do.
   */
  Missing missing(WebClient.Answer answer) throws IOException {
    String code = code(answer);
    boolean isHidden = answer.status() == 401 || answer.status() == 404;
    if (code.equals("RevisionNotFound")) {
      return Missing.BRANCH;
    }
    if (code.equals("RepoNotFound") || (isHidden && !isBadToken(answer))) {
      return Missing.REPOSITORY;
    }
    require(answer);
    throw new IllegalStateException("nothing is missing from " + place.text());
  }

  StorageException noToken() {
    return new StorageException.AccessDenied(
        "%s cannot be written without HF_TOKEN; %s".formatted(place.text(), credentials()), null);
  }

  /** Something that answers, but not as the Hub does. */
  StorageException notTheHub(String why) {
    return new StorageException.Unavailable(
        "%s: what %s answers is not what the Hub does (%s); check HF_ENDPOINT"
            .formatted(place.text(), settings.hub(), why),
        null);
  }

  private StorageException refusal(WebClient.Answer answer) {
    int status = answer.status();
    String reason = reason(answer);
    return switch (status) {
      case 401 ->
          new StorageException.AccessDenied(
              "%s: %s does not accept HF_TOKEN%s; it is wrong or has expired: %s"
                  .formatted(place.text(), settings.hub(), reason, credentials()),
              null);
      case 403 ->
          new StorageException.AccessDenied(
              "%s may not be written by the account of HF_TOKEN%s; correct spec.outputs, or %s"
                  .formatted(place.text(), reason, credentials()),
              null);
      case 404 ->
          new StorageException.NotFound(
              "%s: there is no such repository or branch%s; correct spec.outputs"
                  .formatted(place.text(), reason),
              null);
      case 301, 302, 303, 307, 308 ->
          new StorageException.NotFound(
              "%s has moved; write its new name in spec.outputs".formatted(place.text()), null);
      default ->
          new StorageException.CannotWrite(
              "%s: %s answers with HTTP %d%s; remove the cause, or publish to another place"
                  .formatted(place.text(), settings.hub(), status, reason),
              null);
    };
  }

  private String credentials() {
    return "name a Secret with purpose Outputs in spec.credentials, with HF_TOKEN of an account that may write to "
        + place.repository();
  }

  private static boolean isBadToken(WebClient.Answer answer) {
    return answer.header("X-Error-Message").orElse("").startsWith("Invalid credentials");
  }

  private static String code(WebClient.Answer answer) {
    return answer.header("X-Error-Code").orElse("");
  }

  /** What the Hub says itself, as it comes into a message of ours. */
  private static String reason(WebClient.Answer answer) {
    String text = CONTROL.matcher(answer.header("X-Error-Message").orElse("")).replaceAll(" ");
    String part = text.length() > LONGEST_REASON ? text.substring(0, LONGEST_REASON) : text;
    return part.isBlank() ? "" : " (" + part.strip() + ")";
  }
}
