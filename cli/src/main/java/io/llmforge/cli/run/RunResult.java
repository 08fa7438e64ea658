package io.llmforge.cli.run;

import io.llmforge.cli.story.ExpectedStatus.Mismatch;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import java.nio.file.Path;
import java.util.List;

/**
 * What came of a run.
 *
 * @param status the final status
 * @param mismatches where the final status is not what the story expects; without an expectation,
 *     that it did not succeed
 * @param operatorLog log of the operator
 * @param trainerLogs logs of the trainer pods
 */
public record RunResult(
    FineTuneJobStatus status, List<Mismatch> mismatches, Path operatorLog, List<Path> trainerLogs) {

  public RunResult {
    mismatches = List.copyOf(mismatches);
    trainerLogs = List.copyOf(trainerLogs);
  }

  /** Whether the run ended as it should. */
  public boolean isAsExpected() {
    return mismatches.isEmpty();
  }
}
