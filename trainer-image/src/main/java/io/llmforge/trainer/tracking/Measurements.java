package io.llmforge.trainer.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.crds.plan.PlanJson;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * One line of the metrics file, as far as it is numbers: what a step or an evaluation brought.
 *
 * @param step optimizer step it belongs to
 * @param values by the names of the metrics file; may be NaN or infinite
 */
public record Measurements(long step, Map<String, Double> values) {

  private static final String STEP = "step";

  /** Said twice in the metrics file, for scripts written for LLMForge. */
  private static final Set<String> REPEATED =
      Set.of(
          "tokens",
          "targets",
          "train_loss_batch",
          "total_trained_steps",
          "trained_tokens_this_iter");

  public Measurements {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /** Takes the numbers of a line; what is measured in parts is left out. */
  public static Measurements of(Map<String, ?> line) {
    if (!(line.get(STEP) instanceof Number step)) {
      throw new IllegalArgumentException("a line of metrics has no step: " + line);
    }
    Map<String, Double> values = new LinkedHashMap<>();
    line.forEach(
        (name, value) -> {
          if (value instanceof Number number) {
            values.put(name, number.doubleValue());
          } else if (value instanceof String text && isNotFinite(text)) {
            values.put(name, Double.valueOf(text));
          }
        });
    values.remove(STEP);
    return new Measurements(step.longValue(), values);
  }

  /**
   * Reads a line of the metrics file.
   *
   * @throws IOException when it is none
   */
  static Measurements read(String line) throws IOException {
    JsonNode values = PlanJson.read(line, JsonNode.class);
    Map<String, Object> known = new LinkedHashMap<>();
    values
        .properties()
        .forEach(
            value ->
                known.put(
                    value.getKey(),
                    value.getValue().isNumber()
                        ? value.getValue().numberValue()
                        : value.getValue().asText()));
    return of(known);
  }

  boolean isEvaluation() {
    return values.containsKey("eval_loss");
  }

  /** What is worth a curve, once. */
  Map<String, Double> curves() {
    Map<String, Double> curves = new LinkedHashMap<>(values);
    curves.keySet().removeAll(REPEATED);
    if (isEvaluation()) {
      curves.remove("epoch");
    }
    return curves;
  }

  /** JSON has no such numbers, so the file writes them as text. */
  private static boolean isNotFinite(String text) {
    return text.equals("NaN") || text.equals("Infinity") || text.equals("-Infinity");
  }
}
