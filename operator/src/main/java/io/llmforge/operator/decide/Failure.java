package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNull;

import io.llmforge.crds.plan.FailureCode.FailureClass;
import java.util.OptionalInt;

/**
 * Why an attempt did not complete.
 *
 * @param reason what kind of failure
 * @param failureClass what it means for the run
 * @param message what happened, to what
 * @param pod pod it happened in, "" when there was none
 * @param exitCode exit code of its trainer, when there is one
 */
public record Failure(
    Reason reason, FailureClass failureClass, String message, String pod, OptionalInt exitCode) {
  public Failure {
    requireNonNull(reason, "reason");
    requireNonNull(failureClass, "failureClass");
    requireNonNull(message, "message");
    requireNonNull(pod, "pod");
    requireNonNull(exitCode, "exitCode");
  }

  /** The failure of a run that was tried often enough. */
  Failure asLast(int attempts) {
    return because(
        FailureClass.FATAL,
        "%s (attempt %d, the last that was allowed)".formatted(message, attempts));
  }

  /** The same failure, with what it means for the run told anew. */
  Failure because(FailureClass newClass, String newMessage) {
    return new Failure(reason, newClass, newMessage, pod, exitCode);
  }
}
