package io.llmforge.trainer.tracking;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/**
 * What the environment says about a tracking server, under MLflow's own names.
 *
 * @param environment environment variables
 */
public record TrackingSettings(Map<String, String> environment) {

  public TrackingSettings {
    environment = Map.copyOf(environment);
  }

  /** {@code MLFLOW_TRACKING_URI}. */
  Optional<String> uri() {
    return text("MLFLOW_TRACKING_URI");
  }

  /** {@code MLFLOW_TRACKING_TOKEN}, else user and password, as a header's value. */
  Optional<String> authorization() {
    return text("MLFLOW_TRACKING_TOKEN").map(token -> "Bearer " + token).or(this::basic);
  }

  /** Values are secrets. */
  @Override
  public String toString() {
    return "TrackingSettings" + environment.keySet();
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

  private Optional<String> basic() {
    return text("MLFLOW_TRACKING_USERNAME")
        .map(user -> user + ":" + text("MLFLOW_TRACKING_PASSWORD").orElse(""))
        .map(pair -> Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)))
        .map(encoded -> "Basic " + encoded);
  }

  // Secrets made from files often end with a line break.
  private Optional<String> text(String name) {
    return Optional.ofNullable(environment.get(name)).map(String::strip).filter(t -> !t.isEmpty());
  }
}
