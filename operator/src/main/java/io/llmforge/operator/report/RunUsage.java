package io.llmforge.operator.report;

import static java.util.Objects.requireNonNullElse;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.AttemptStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Run;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Usage;
import io.llmforge.operator.observe.RecordedTime;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Adds up what the attempts of a run have used; attempts are forgotten, their sum is not. */
final class RunUsage {

  private RunUsage() {}

  /**
   * What a run has used.
   *
   * @param recorded the status before
   * @param attempts the run's attempts after it
   */
  static @Nullable Usage of(
      FineTuneJobStatus recorded, @Nullable Run run, @Nullable List<AttemptStatus> attempts) {
    if (run == null) {
      return null;
    }
    boolean sameRun = recorded.run() != null && recorded.run().number() == run.number();
    long before = sameRun && recorded.usage() != null ? recorded.usage().activeSeconds() : 0;
    List<AttemptStatus> known =
        sameRun ? requireNonNullElse(recorded.attempts(), List.of()) : List.of();
    long ended =
        requireNonNullElse(attempts, List.<AttemptStatus>of()).stream()
            .filter(attempt -> !wasEnded(attempt, known))
            .mapToLong(RunUsage::seconds)
            .sum();
    return new Usage(before + ended);
  }

  private static boolean wasEnded(AttemptStatus attempt, List<AttemptStatus> known) {
    return known.stream()
        .anyMatch(other -> other.number() == attempt.number() && other.endTime() != null);
  }

  private static long seconds(AttemptStatus attempt) {
    return RecordedTime.read(attempt.startTime())
        .flatMap(
            start -> RecordedTime.read(attempt.endTime()).map(end -> Duration.between(start, end)))
        .map(time -> Math.max(0, time.toSeconds()))
        .orElse(0L);
  }
}
