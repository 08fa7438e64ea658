package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNull;

import io.llmforge.operator.identity.Stage;

/**
 * A run and how often it was tried.
 *
 * @param number number of the run, from 1
 * @param hash hash of its plan
 * @param generation newest generation of the spec that it answers
 * @param stage stage under way or last made
 * @param attempt attempt under way or last made, from 1; counted over all stages
 * @param failedAttempts counted failures at that stage before that attempt
 */
public record RunState(
    int number, String hash, long generation, Stage stage, int attempt, int failedAttempts) {

  public RunState {
    requireNonNull(hash, "hash");
    requireNonNull(stage, "stage");
    if (number < 1 || attempt < 1 || failedAttempts < 0) {
      throw new IllegalArgumentException(
          "run %d, attempt %d, %d failed attempts: counts begin with 1, 1 and 0"
              .formatted(number, attempt, failedAttempts));
    }
  }

  static RunState first(int number, Planning.Planned planned, long generation) {
    return new RunState(number, planned.hash(), generation, planned.stages().getFirst(), 1, 0);
  }

  /** The same attempt at another stage, which has tries of its own. */
  public RunState at(Stage other) {
    return other == stage ? this : new RunState(number, hash, generation, other, attempt, 0);
  }

  /** The same attempt at a stage that is at work together with this one: they share their tries. */
  RunState beside(Stage other) {
    return new RunState(number, hash, generation, other, attempt, failedAttempts);
  }

  RunState afterFailure() {
    return new RunState(number, hash, generation, stage, attempt + 1, failedAttempts + 1);
  }

  /** The next attempt after one that nobody is to blame for. */
  RunState afterInterruption() {
    return new RunState(number, hash, generation, stage, attempt + 1, failedAttempts);
  }

  /** The next attempt of a run that had failed for good, with all its tries. */
  RunState anew(long newerGeneration) {
    return new RunState(number, hash, newerGeneration, stage, attempt + 1, 0);
  }

  RunState answering(long newerGeneration) {
    return new RunState(number, hash, newerGeneration, stage, attempt, failedAttempts);
  }
}
