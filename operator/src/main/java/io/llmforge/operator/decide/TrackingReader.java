package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNullElse;

import io.llmforge.crds.config.LlmForgeConfig.Logger;
import io.llmforge.crds.plan.TrackingPlan;
import io.llmforge.crds.plan.TrackingPlan.MissingExperiment;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code logger}: the tracking server that measurements are also sent to. */
final class TrackingReader {

  private static final String URI_KEY = "tracking_uri";
  private static final String EXPERIMENT_KEY = "experiment_name";
  private static final String CREATE_KEY = "create_experiment_if_not_exists";
  private static final Set<String> OF_MLFLOW = Set.of(URI_KEY, EXPERIMENT_KEY, CREATE_KEY);

  /** The experiment that every MLflow server has. */
  private static final String DEFAULT_EXPERIMENT = "Default";

  private static final String BASE_URL_KEY = "base_url";
  private static final String PROJECT_KEY = "project";
  private static final String API_KEY_KEY = "api_key";

  /** Those of {@code wandb.init} that say where a run is and what it is called. */
  private static final Set<String> OF_WANDB =
      Set.of(
          BASE_URL_KEY,
          "entity",
          PROJECT_KEY,
          "name",
          "group",
          "job_type",
          "notes",
          "tags",
          API_KEY_KEY);

  /** What no name of a project may contain. */
  private static final String NOT_IN_A_PROJECT = "/\\#?%:";

  private static final int LONGEST_PROJECT = 128;

  private final Findings findings;

  TrackingReader(Findings findings) {
    this.findings = findings;
  }

  Optional<TrackingPlan> read(@Nullable Logger logger) {
    if (logger == null || logger.provider() == null) {
      return Optional.empty();
    }
    var settings =
        new ProviderSettings(requireNonNullElse(logger.providerConfig(), Map.of()), findings);
    return switch (logger.provider().strip().toLowerCase(Locale.ROOT)) {
      case "mlflow" -> mlflow(settings);
      case "wandb" -> wandb(settings);
      default -> {
        findings.invalid(
            "logger.provider",
            "'%s' is no tracker this version knows; write mlflow or wandb, or leave logger out"
                .formatted(logger.provider()));
        yield Optional.empty();
      }
    };
  }

  private Optional<TrackingPlan> mlflow(ProviderSettings settings) {
    settings.requireKnown(OF_MLFLOW, "MLflow");
    Optional<String> uri = settings.text(URI_KEY);
    boolean isUsable =
        uri.stream()
            .allMatch(
                text ->
                    settings.isServer(
                        URI_KEY, text, "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD"));
    String experiment = settings.text(EXPERIMENT_KEY).orElse(DEFAULT_EXPERIMENT);
    MissingExperiment missing =
        settings.isDenied(CREATE_KEY)
            ? MissingExperiment.ENDS_TRACKING
            : MissingExperiment.IS_CREATED;
    return isUsable
        ? Optional.of(new TrackingPlan.Mlflow(uri.orElse(null), experiment, missing))
        : Optional.empty();
  }

  private Optional<TrackingPlan> wandb(ProviderSettings settings) {
    settings.requireKnown(OF_WANDB, "W&B");
    Optional<String> uri = settings.text(BASE_URL_KEY);
    Optional<String> project = settings.text(PROJECT_KEY);
    // All are looked at, so that all mistakes are named at once.
    boolean isServer =
        uri.stream().allMatch(text -> settings.isServer(BASE_URL_KEY, text, "WANDB_API_KEY"));
    boolean isProject = project.stream().allMatch(this::isProject);
    boolean isWithoutKey = isWithoutKey(settings);
    return isServer && isProject && isWithoutKey
        ? Optional.of(
            new TrackingPlan.WeightsAndBiases(
                uri.orElse(null),
                new TrackingPlan.Place(settings.text("entity").orElse(null), project.orElse(null)),
                new TrackingPlan.Labels(
                    settings.text("name").orElse(null),
                    settings.text("group").orElse(null),
                    settings.text("job_type").orElse(null),
                    settings.text("notes").orElse(null),
                    settings.texts("tags"))))
        : Optional.empty();
  }

  private boolean isProject(String name) {
    boolean isName =
        name.length() <= LONGEST_PROJECT
            && name.chars().noneMatch(character -> NOT_IN_A_PROJECT.indexOf(character) >= 0);
    if (!isName) {
      findings.invalid(
          ProviderSettings.path(PROJECT_KEY),
          "'%s' is no project of W&B's; write at most %d characters and none of %s"
              .formatted(name, LONGEST_PROJECT, NOT_IN_A_PROJECT));
    }
    return isName;
  }

  /** A key in a config is a key in Git and in the API server. */
  private boolean isWithoutKey(ProviderSettings settings) {
    boolean isThere = settings.values().containsKey(API_KEY_KEY);
    if (isThere) {
      findings.invalid(
          ProviderSettings.path(API_KEY_KEY),
          "is a secret; put it as WANDB_API_KEY into a Secret of spec.credentials with purpose"
              + " Tracking, and make a new one");
    }
    return !isThere;
  }
}
