package io.llmforge.trainer.tracking;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the environment says about a tracking server, under the provider's own names.
 *
 * @param environment environment variables
 */
public record TrackingSettings(Map<String, String> environment) {

  static final String WANDB_API_KEY = "WANDB_API_KEY";
  static final String MLFLOW_TRACKING_TOKEN = "MLFLOW_TRACKING_TOKEN";
  static final String MLFLOW_TRACKING_PASSWORD = "MLFLOW_TRACKING_PASSWORD";

  private static final List<String> SECRETS =
      List.of(WANDB_API_KEY, MLFLOW_TRACKING_TOKEN, MLFLOW_TRACKING_PASSWORD);

  /** As they are; user and password go as Base64 and may hold any character. */
  private static final List<String> SENT = List.of(WANDB_API_KEY, MLFLOW_TRACKING_TOKEN);

  private static final Pattern PRINTABLE = Pattern.compile("[ -~]+");

  public TrackingSettings {
    environment = Map.copyOf(environment);
  }

  /** Values are secrets. */
  @Override
  public String toString() {
    return "TrackingSettings" + environment.keySet();
  }

  /** A variable's value, without the line break that Secrets made from files often end with. */
  Optional<String> text(String name) {
    return Optional.ofNullable(environment.get(name)).map(String::strip).filter(t -> !t.isEmpty());
  }

  /** A variable that no header can hold, if there is one: the JDK would quote it. */
  Optional<String> malformed() {
    return SENT.stream()
        .filter(name -> text(name).filter(text -> !PRINTABLE.matcher(text).matches()).isPresent())
        .findFirst();
  }

  /** Words of a server, which may repeat what it was sent, without the secrets in them. */
  String withoutSecrets(String words) {
    String safe = words;
    for (String name : SECRETS) {
      Optional<String> secret = text(name);
      safe = secret.isEmpty() ? safe : safe.replace(secret.get(), name);
    }
    return safe;
  }

  /** A server's address; nothing for what is none, or holds a password that logs would show. */
  static Optional<URI> address(String text) {
    try {
      URI address = URI.create(text.strip().replaceFirst("/+$", ""));
      boolean isWeb = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
      return isWeb && address.getHost() != null && address.getRawUserInfo() == null
          ? Optional.of(address)
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** User and password as the value of a header. */
  static String basic(String user, String password) {
    byte[] pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(pair);
  }
}
