package io.llmforge.operator.decide;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.AttemptStatus;
import io.llmforge.crds.plan.FailureCode.FailureClass;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Sees that a run goes round in a circle: it failed where it failed before, for the same reason.
 * Failures of what surrounds it, such as storage that is away for an hour, are no circle, however
 * often they meet it at the same step.
 */
final class RepeatedFailure {

  private static final Set<Reason> OWN =
      EnumSet.of(Reason.INTERNAL_ERROR, Reason.NATIVE_CRASH, Reason.UNEXPECTED_EXIT, Reason.HANG);

  private RepeatedFailure() {}

  /**
   * The failure as the last one of its run, when it repeats the one before.
   *
   * @param step optimizer steps that were done; nothing is said of a failure at an unknown one
   * @param history the attempts before
   */
  static Optional<Failure> of(
      RunState run, Failure failure, OptionalLong step, AttemptHistory history) {
    boolean isFirst = run.failedAttempts() == 0;
    if (isFirst || step.isEmpty() || !OWN.contains(failure.reason())) {
      return Optional.empty();
    }
    return history
        .newestFailed()
        .filter(before -> isSame(before, failure, step.getAsLong()))
        .map(
            before ->
                new Failure(
                    Reason.REPEATED_FAILURE,
                    FailureClass.FATAL,
                    "attempts %d and %d both ended with %s at step %d: %s"
                        .formatted(
                            before.number(),
                            run.attempt(),
                            failure.reason().text(),
                            step.getAsLong(),
                            failure.message()),
                    failure.pod(),
                    failure.exitCode()));
  }

  private static boolean isSame(AttemptStatus before, Failure failure, long step) {
    return failure.reason().text().equals(before.reason())
        && before.toStep() != null
        && before.toStep() == step;
  }
}
