package io.llmforge.trainer.checkpoint;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.llmforge.crds.plan.TrainingReport.Metric;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a run knows besides tensors. Data position, learning rate and dropout follow from the step.
 *
 * @param schema version of this format
 * @param dataDigest SHA-256 of tokens and masks trained on
 * @param step optimizer steps done
 * @param tokens tokens trained on
 * @param targets tokens learned
 * @param lastEvaluatedStep step of the newest evaluation, or null before the first
 * @param evaluationLoss its loss, or null
 * @param trend whether evaluations still improve
 * @param guard what the guard of steps remembers
 * @param metrics newest value of every metric
 * @param metricsOffset length of the metrics file at this step, in bytes
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TrainingState(
    String schema,
    String dataDigest,
    long step,
    long tokens,
    long targets,
    @Nullable Long lastEvaluatedStep,
    @Nullable Double evaluationLoss,
    EvaluationTrend trend,
    GuardState guard,
    List<Metric> metrics,
    long metricsOffset) {

  public static final String SCHEMA = "llmforge.training-state/2";
  private static final ObjectMapper JSON = JsonMapper.builder().build();

  public TrainingState {
    requireNonNull(dataDigest, "dataDigest");
    requireNonNull(trend, "trend");
    requireNonNull(guard, "guard");
    metrics = List.copyOf(metrics);
    if (!SCHEMA.equals(schema)) {
      throw new IllegalArgumentException(
          "training state has schema '%s'; this trainer reads '%s'".formatted(schema, SCHEMA));
    }
  }

  /** The evaluation loss at this very step, if the state was evaluated. */
  Optional<Double> evaluationLossAtStep() {
    return lastEvaluatedStep != null && lastEvaluatedStep == step
        ? Optional.ofNullable(evaluationLoss)
        : Optional.empty();
  }

  String write() throws JsonProcessingException {
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this);
  }

  static TrainingState read(String json) throws JsonProcessingException {
    return JSON.readValue(json, TrainingState.class);
  }
}
