package io.llmforge.operator.identity;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Names of the objects of one run. No two runs share a name, so nothing is ever overwritten.
 *
 * @param job name of the FineTuneJob
 * @param run number of the run, from 1
 */
public record RunNames(String job, int run) {

  private static final Pattern STAGE_JOB =
      Pattern.compile(
          "(?<job>.+)-\\d+-(%s)-\\d+"
              .formatted(
                  Arrays.stream(Stage.values())
                      .map(Stage::label)
                      .collect(Collectors.joining("|"))));

  public RunNames {
    requireNonNull(job, "job");
    if (run < 1) {
      throw new IllegalArgumentException("run must be at least 1, was " + run);
    }
  }

  /** The FineTuneJob that a stage's Job of this name belongs to; empty for any other name. */
  public static Optional<String> ownerOf(String stageJob) {
    Matcher matcher = STAGE_JOB.matcher(stageJob);
    return matcher.matches() ? Optional.of(matcher.group("job")) : Optional.empty();
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
