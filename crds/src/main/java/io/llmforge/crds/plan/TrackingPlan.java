package io.llmforge.crds.plan;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * The MLflow server that measurements are also sent to.
 *
 * @param uri where it is, {@code http(s)://HOST}, or null: where the environment's
 *     MLFLOW_TRACKING_URI says
 * @param experiment name of the experiment
 * @param missingExperiment what happens when there is none of that name
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TrackingPlan(
    @Nullable String uri, String experiment, MissingExperiment missingExperiment) {

  public TrackingPlan {
    requireNonNull(experiment, "experiment");
    requireNonNull(missingExperiment, "missingExperiment");
  }

  /** What happens without an experiment. */
  public enum MissingExperiment {
    IS_CREATED,
    ENDS_TRACKING
  }
}
