package io.llmforge.cli.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.Serialization;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class JobDetailsTest {

  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

  @Test
  void attemptsAreToldNewestFirst() {
    assertThat(
            lines(
                """
                attempts:
                - {number: 3, job: tiny-1-train-3, startTime: "2026-11-23T11:00:00Z"}
                - {number: 2, endTime: "2026-11-23T10:00:00Z", outcome: Failed, reason: Hang, message: no step, toStep: 7}
                - {number: 1, endTime: "2026-11-23T09:00:00Z", outcome: Interrupted, reason: SuspendedByUser, toStep: 5, exitCode: 75}
                """))
        .containsSubsequence(
            "Attempts",
            "  3   under way",
            "  2   Failed Hang, at step 7, ended 2026-11-23T10:00:00Z: no step",
            "  1   Interrupted SuspendedByUser, at step 5, exit code 75, ended 2026-11-23T09:00:00Z");
  }

  @Test
  void firstAttemptUnderWayIsNotToldTwice() {
    assertThat(lines("attempts: [{number: 1, job: tiny-1-train-1}]")).doesNotContain("Attempts");
  }

  @Test
  void smallerMicroBatchesAreTold() {
    assertThat(lines("adjustments: {microBatchDivisor: 4, sinceAttempt: 3}"))
        .contains("  micro-batches of 1/4 of the planned size since attempt 3, for lack of memory");
  }

  private static List<String> lines(String status) {
    String yaml =
        """
        apiVersion: llmforge.io/v1alpha1
        kind: FineTuneJob
        metadata: {name: tiny, namespace: team-a}
        status:
          phase: Training
          %s
        """
            .formatted(status.strip().replace("\n", "\n  "));
    return JobDetails.lines(Serialization.unmarshal(yaml, FineTuneJob.class), List.of(), NOW);
  }
}
