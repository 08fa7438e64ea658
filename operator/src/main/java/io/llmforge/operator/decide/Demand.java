package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a stage would take of the namespace's quotas, all its pods together. Amounts are in base
 * units: cores, bytes, devices.
 *
 * @param count how many pods
 * @param pods what they take, by the keys that quotas limit pods by
 * @param others what their Job itself takes
 * @param kind what decides which quotas count the pods
 */
public record Demand(
    int count, Map<String, BigDecimal> pods, Map<String, BigDecimal> others, PodKind kind) {

  /** Of a stage that has its Job, or needs none. */
  public static final Demand NOTHING =
      new Demand(0, Map.of(), Map.of(), new PodKind(true, false, ""));

  public Demand {
    pods = Map.copyOf(pods);
    others = Map.copyOf(others);
    requireNonNull(kind, "kind");
  }

  /** What it takes of a quota that counts everything. */
  Map<String, BigDecimal> all() {
    Map<String, BigDecimal> all = new TreeMap<>(pods);
    all.putAll(others);
    return all;
  }

  /**
   * What a quota's scopes ask of a pod.
   *
   * @param bestEffort whether it asks for neither processor time nor memory
   * @param terminating whether it has a deadline of its own
   * @param priorityClass name of its PriorityClass, "" without one
   */
  public record PodKind(boolean bestEffort, boolean terminating, String priorityClass) {

    public PodKind {
      requireNonNull(priorityClass, "priorityClass");
    }
  }
}
