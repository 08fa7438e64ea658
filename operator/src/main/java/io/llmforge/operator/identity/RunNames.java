package io.llmforge.operator.identity;

import static java.util.Objects.requireNonNull;

/**
 * Names of the objects of one run. No two runs share a name, so nothing is ever overwritten.
 *
 * @param job name of the FineTuneJob
 * @param run number of the run, from 1
 */
public record RunNames(String job, int run) {
  public RunNames {
    requireNonNull(job, "job");
    if (run < 1) {
      throw new IllegalArgumentException("run must be at least 1, was " + run);
    }
  }

  /** ConfigMap with plan.json. */
  public String plan() {
    return prefix() + "-plan";
  }

  /** Headless Service; also the subdomain of the run's pods. */
  public String service() {
    return prefix();
  }

  /** PersistentVolumeClaim the run works on. */
  public String workspace() {
    return prefix() + "-workspace";
  }

  /** NetworkPolicy of the run's pods. */
  public String networkPolicy() {
    return prefix();
  }

  /** Secret with the token of the trainer's status server. */
  public String status() {
    return prefix() + "-status";
  }

  /** Job of one attempt at a stage. */
  public String job(Stage stage, int attempt) {
    return "%s-%s-%d".formatted(prefix(), stage.label(), attempt);
  }

  private String prefix() {
    return job + "-" + run;
  }
}
