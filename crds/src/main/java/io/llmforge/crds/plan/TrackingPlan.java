package io.llmforge.crds.plan;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The server that measurements are also sent to. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "provider")
@JsonSubTypes({
  @JsonSubTypes.Type(value = TrackingPlan.Mlflow.class, name = "mlflow"),
  @JsonSubTypes.Type(value = TrackingPlan.WeightsAndBiases.class, name = "wandb")
})
public sealed interface TrackingPlan {

  /**
   * An MLflow server.
   *
   * @param uri where it is, {@code http(s)://HOST}, or null: where the environment's
   *     MLFLOW_TRACKING_URI says
   * @param experiment name of the experiment
   * @param missingExperiment what happens when there is none of that name
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Mlflow(@Nullable String uri, String experiment, MissingExperiment missingExperiment)
      implements TrackingPlan {
    public Mlflow {
      requireNonNull(experiment, "experiment");
      requireNonNull(missingExperiment, "missingExperiment");
    }
  }

  /** What happens without an experiment. */
  enum MissingExperiment {
    IS_CREATED,
    ENDS_TRACKING
  }

  /**
   * Weights &amp; Biases, or a server of one's own that speaks like it.
   *
   * @param uri where it is, {@code http(s)://HOST}, or null: where the environment's WANDB_BASE_URL
   *     says, else at Weights &amp; Biases
   * @param place where a run is found there
   * @param labels what people read about it
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record WeightsAndBiases(@Nullable String uri, Place place, Labels labels)
      implements TrackingPlan {
    public WeightsAndBiases {
      requireNonNull(place, "place");
      requireNonNull(labels, "labels");
    }
  }

  /**
   * Where a run is found.
   *
   * @param entity team or user, or null: what WANDB_ENTITY says, else that of the key
   * @param project its project, or null: what WANDB_PROJECT says
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Place(@Nullable String entity, @Nullable String project) {}

  /**
   * What people read about a run.
   *
   * @param name its name, or null: that of the job's run
   * @param group runs that belong together, or null
   * @param jobType kind of run, or null
   * @param notes anything else, or null
   * @param tags words to find it by
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Labels(
      @Nullable String name,
      @Nullable String group,
      @Nullable String jobType,
      @Nullable String notes,
      List<String> tags) {

    /** Says no more than the job's name. */
    public static final Labels NONE = new Labels(null, null, null, null, List.of());

    public Labels {
      tags = List.copyOf(tags);
    }
  }
}
