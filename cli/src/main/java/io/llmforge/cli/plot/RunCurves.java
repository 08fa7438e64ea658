package io.llmforge.cli.plot;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.crds.plan.PlanJson;
import java.util.ArrayList;
import java.util.List;

/**
 * What a run measured, by optimizer step.
 *
 * @param loss of each step
 * @param evaluationLoss of each evaluation
 * @param learningRate of each step
 */
public record RunCurves(List<Point> loss, List<Point> evaluationLoss, List<Point> learningRate) {

  public RunCurves {
    loss = List.copyOf(loss);
    evaluationLoss = List.copyOf(evaluationLoss);
    learningRate = List.copyOf(learningRate);
  }

  /** A value after a step. */
  public record Point(long step, double value) {}

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
    for (int number = 1; number <= lines.size(); number++) {
      var values = parsed(lines.get(number - 1), number);
      add(values, "loss", loss);
      add(values, "eval_loss", evaluationLoss);
      add(values, "learning_rate", learningRate);
    }
    if (loss.isEmpty()) {
      throw new UnreadableException(
          "holds no step with a loss; name the metrics.jsonl of a run that has begun to train");
    }
    return new RunCurves(loss, evaluationLoss, learningRate);
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

  private static void add(JsonNode values, String name, List<Point> points) {
    if (values.path(name).isNumber() && Double.isFinite(values.path(name).asDouble())) {
      points.add(new Point(values.path("step").asLong(), values.path(name).asDouble()));
    }
  }
}
