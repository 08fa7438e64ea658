package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.crds.config.LlmForgeConfig.Logger;
import io.llmforge.crds.plan.TrackingPlan;
import io.llmforge.crds.plan.TrackingPlan.MissingExperiment;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code logger}: the tracking server that measurements are also sent to. */
final class TrackingReader {

  private static final String SETTINGS = "logger.provider_config";
  private static final String URI_KEY = "tracking_uri";
  private static final String EXPERIMENT_KEY = "experiment_name";
  private static final String CREATE_KEY = "create_experiment_if_not_exists";
  private static final Set<String> KNOWN = Set.of(URI_KEY, EXPERIMENT_KEY, CREATE_KEY);

  /** The experiment that every MLflow server has. */
  private static final String DEFAULT_EXPERIMENT = "Default";

  private final Findings findings;

  TrackingReader(Findings findings) {
    this.findings = findings;
  }

  Optional<TrackingPlan> read(@Nullable Logger logger) {
    if (logger == null || logger.provider() == null) {
      return Optional.empty();
    }
    return switch (logger.provider().strip().toLowerCase(Locale.ROOT)) {
      case "mlflow" -> mlflow(requireNonNullElse(logger.providerConfig(), Map.of()));
      case "wandb" -> {
        findings.ignored(
            "logger.provider",
            "has no effect here: what Weights & Biases' servers are told is not documented. The"
                + " run writes TensorBoard event files below runs/, which `wandb sync"
                + " --sync-tensorboard` uploads; or write provider: mlflow");
        yield Optional.empty();
      }
      default -> {
        findings.invalid(
            "logger.provider",
            "'%s' is no tracker this version knows; write mlflow, or leave logger out"
                .formatted(logger.provider()));
        yield Optional.empty();
      }
    };
  }

  private Optional<TrackingPlan> mlflow(Map<String, JsonNode> settings) {
    settings.keySet().stream()
        .filter(key -> !KNOWN.contains(key))
        .sorted()
        .forEach(
            key ->
                findings.ignored(
                    SETTINGS + "." + key, "has no effect here: it is no setting of MLflow's"));
    Optional<String> uri = text(settings, URI_KEY);
    boolean isUsable = uri.stream().allMatch(this::requireServer);
    String experiment = text(settings, EXPERIMENT_KEY).orElse(DEFAULT_EXPERIMENT);
    return isUsable
        ? Optional.of(new TrackingPlan(uri.orElse(null), experiment, missing(settings)))
        : Optional.empty();
  }

  private Optional<String> text(Map<String, JsonNode> settings, String key) {
    return Optional.ofNullable(settings.get(key))
        .filter(JsonNode::isTextual)
        .map(value -> value.asText().strip())
        .filter(value -> !value.isEmpty());
  }

  private static MissingExperiment missing(Map<String, JsonNode> settings) {
    JsonNode create = settings.get(CREATE_KEY);
    return create != null && create.isBoolean() && !create.asBoolean()
        ? MissingExperiment.ENDS_TRACKING
        : MissingExperiment.IS_CREATED;
  }

  private boolean requireServer(String text) {
    try {
      URI address = new URI(text);
      String scheme = String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
      if (address.getRawUserInfo() != null) {
        findings.invalid(
            SETTINGS + "." + URI_KEY,
            "holds a user or password; put MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD"
                + " into a Secret of spec.credentials with purpose Tracking");
        return false;
      }
      if (Set.of("http", "https").contains(scheme) && address.getHost() != null) {
        return true;
      }
    } catch (URISyntaxException e) {
      // Said below, as for what is no web address.
    }
    findings.invalid(
        SETTINGS + "." + URI_KEY,
        "'%s' is no tracking server that a pod reaches; write http://HOST:PORT or https://HOST"
            .formatted(text));
    return false;
  }
}
