package io.llmforge.crds.plot;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.crds.plan.PlanJson;
import io.llmforge.crds.plan.TrainingReport.Metric;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;

/**
 * What a run measured, by optimizer step.
 *
 * @param loss of each step
 * @param evaluationLoss of each evaluation
 * @param learningRate of each step
 * @param evaluations what else evaluations measured, by its name in the metrics file
 */
public record RunCurves(
    List<Point> loss,
    List<Point> evaluationLoss,
    List<Point> learningRate,
    SequencedMap<String, List<Point>> evaluations) {

  /** How long evaluations took says nothing about the model. */
  private static final Set<String> NO_MEASUREMENTS = Set.of("eval_loss", "eval_time_per_epoch");

  public RunCurves {
    loss = List.copyOf(loss);
    evaluationLoss = List.copyOf(evaluationLoss);
    learningRate = List.copyOf(learningRate);
    SequencedMap<String, List<Point>> copies = new LinkedHashMap<>();
    evaluations.forEach((name, points) -> copies.put(name, List.copyOf(points)));
    evaluations = Collections.unmodifiableSequencedMap(copies);
  }

  /** A value after a step. */
  public record Point(long step, double value) {}

  /** The last step with a loss. */
  long lastStep() {
    return loss.getLast().step();
  }

  /** Lines that are no metrics. */
  public static final class UnreadableException extends Exception {
    private static final long serialVersionUID = 1L;

    UnreadableException(String message) {
      super(message);
    }
  }

  /** Reads the lines of a metrics.jsonl; values that are not finite are left out. */
  public static RunCurves read(List<String> lines) throws UnreadableException {
    List<Point> loss = new ArrayList<>();
    List<Point> evaluationLoss = new ArrayList<>();
    List<Point> learningRate = new ArrayList<>();
    SequencedMap<String, List<Point>> evaluations = new LinkedHashMap<>();
    for (int number = 1; number <= lines.size(); number++) {
      var values = parsed(lines.get(number - 1), number);
      add(values, "loss", loss);
      add(values, "eval_loss", evaluationLoss);
      add(values, "learning_rate", learningRate);
      addEvaluations(values, evaluations);
    }
    if (loss.isEmpty()) {
      throw new UnreadableException(
          "holds no step with a loss; name the metrics.jsonl of a run that has begun to train");
    }
    return new RunCurves(loss, evaluationLoss, learningRate, evaluations);
  }

  private static JsonNode parsed(String line, int number) throws UnreadableException {
    try {
      return PlanJson.read(line, JsonNode.class);
    } catch (JsonProcessingException e) {
      throw new UnreadableException(
          "line %d is not JSON (%s); name the metrics.jsonl of a run"
              .formatted(number, e.getOriginalMessage()));
    }
  }

  private static void addEvaluations(
      JsonNode values, SequencedMap<String, List<Point>> evaluations) {
    for (var value : values.properties()) {
      String name = value.getKey();
      boolean isMeasured =
          name.equals(Metric.PERPLEXITY) || name.startsWith(Metric.EVALUATION_PREFIX);
      if (isMeasured && !NO_MEASUREMENTS.contains(name) && isFinite(value.getValue())) {
        add(values, name, evaluations.computeIfAbsent(name, ignored -> new ArrayList<>()));
      }
    }
  }

  private static void add(JsonNode values, String name, List<Point> points) {
    if (isFinite(values.path(name))) {
      points.add(new Point(values.path("step").asLong(), values.path(name).asDouble()));
    }
  }

  private static boolean isFinite(JsonNode value) {
    return value.isNumber() && Double.isFinite(value.asDouble());
  }
}
