package io.llmforge.trainer.tracking;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A run's measurements as W&amp;B keeps them: one row a step, numbered through all attempts, and
 * the newest value of each name. Steps only go up, so a row is not whole before the next one
 * begins: an evaluation belongs to the row of the step that it follows.
 *
 * @param rows how many rows the server has
 * @param lastStep step of the newest one, -1 without
 * @param whole rows that the server does not have
 * @param open the row that may still grow
 * @param newest the newest value of each name in whole rows
 */
record WandbHistory(
    long rows, long lastStep, List<Row> whole, Optional<Row> open, Map<String, Object> newest) {

  WandbHistory {
    whole = List.copyOf(whole);
    newest = Collections.unmodifiableMap(new LinkedHashMap<>(newest));
  }

  /**
   * What was measured at a step.
   *
   * @param step its number
   * @param time when it was first heard of
   * @param running how long the run had been at work then, in all its attempts
   * @param values by the names of the metrics file
   */
  record Row(long step, Instant time, Duration running, Map<String, Double> values) {
    Row {
      values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    boolean isEvaluated() {
      return values.containsKey("eval_loss");
    }

    private Row with(Map<String, Double> more) {
      Map<String, Double> all = new LinkedHashMap<>(values);
      all.putAll(more);
      return new Row(step, time, running, all);
    }

    Map<String, Object> line() {
      Map<String, Object> line = new LinkedHashMap<>(values);
      line.put("_step", step);
      line.put("_timestamp", time.toEpochMilli() / 1e3);
      line.put("_runtime", running.toMillis() / 1e3);
      return line;
    }
  }

  /** What goes on from what a server has. */
  static WandbHistory after(WandbRunState state) {
    return new WandbHistory(
        state.rows(), state.lastStep(), List.of(), Optional.empty(), state.newest());
  }

  /** With what was measured now, less what the server has. */
  WandbHistory with(List<Measurements> batch, Instant now, Duration running) {
    WandbHistory grown = this;
    for (Measurements measured : batch) {
      if (measured.step() > lastStep) {
        grown = grown.with(new Row(measured.step(), now, running, measured.values()));
      }
    }
    return grown;
  }

  /** With nothing to come at the newest step. */
  WandbHistory closed() {
    if (open.isEmpty()) {
      return this;
    }
    List<Row> all = new ArrayList<>(whole);
    all.add(open.get());
    Map<String, Object> values = new LinkedHashMap<>(newest);
    values.putAll(open.get().line());
    return new WandbHistory(rows, lastStep, all, Optional.empty(), values);
  }

  /** When the server has what is whole. */
  WandbHistory sent() {
    return whole.isEmpty()
        ? this
        : new WandbHistory(rows + whole.size(), whole.getLast().step(), List.of(), open, newest);
  }

  private WandbHistory with(Row row) {
    Optional<Row> same = open.filter(growing -> growing.step() == row.step());
    return same.isPresent()
        ? new WandbHistory(
            rows, lastStep, whole, same.map(growing -> growing.with(row.values())), newest)
        : closed().beginning(row);
  }

  private WandbHistory beginning(Row row) {
    return new WandbHistory(rows, lastStep, whole, Optional.of(row), newest);
  }
}
