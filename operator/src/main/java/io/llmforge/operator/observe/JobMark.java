package io.llmforge.operator.observe;

import static java.util.Objects.requireNonNull;

import io.llmforge.operator.identity.Stage;
import java.util.Comparator;

/**
 * What a Job was created for, as its labels and annotations say.
 *
 * @param run run it belongs to
 * @param stage stage of that run
 * @param attempt attempt of that run
 * @param hash hash of the run
 * @param generation generation of the spec the run answers
 * @param failedAttempts counted failures of the run before this attempt
 */
public record JobMark(
    int run, Stage stage, int attempt, String hash, long generation, int failedAttempts) {

  /** The newest is the greatest: a later stage of the same attempt follows an earlier one. */
  public static final Comparator<JobMark> BY_AGE =
      Comparator.comparingInt(JobMark::run)
          .thenComparingInt(JobMark::attempt)
          .thenComparing(JobMark::stage);

  public JobMark {
    requireNonNull(stage, "stage");
    requireNonNull(hash, "hash");
  }
}
