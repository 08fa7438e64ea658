package io.llmforge.trainer.tracking;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One line of the metrics file, as far as it is numbers: what a step or an evaluation brought.
 *
 * @param step optimizer step it belongs to
 * @param values by the names of the metrics file; may be NaN or infinite
 */
public record Measurements(long step, Map<String, Double> values) {

  private static final String STEP = "step";

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

  /** JSON has no such numbers, so the file writes them as text. */
  private static boolean isNotFinite(String text) {
    return text.equals("NaN") || text.equals("Infinity") || text.equals("-Infinity");
  }
}
