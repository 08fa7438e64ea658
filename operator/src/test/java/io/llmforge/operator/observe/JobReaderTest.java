package io.llmforge.operator.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.llmforge.operator.identity.StopCause;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a Job says of itself: suspended by us for good, by others for a while, or at work. */
class JobReaderTest {

  @ParameterizedTest(name = "[{index}] mark {0}, suspend {1}, {2} -> {3}")
  @CsvSource(
      nullValues = "-",
      value = {
        // mark, spec.suspend, condition, pods left -> state
        "-,    false, -,         1, ACTIVE",
        "-,    true,  Suspended, 0, ACTIVE",
        "true, true,  -,         1, STOPPING",
        "true, true,  Suspended, 1, STOPPING",
        "true, true,  Suspended, 0, STOPPED",
        "Hang, true,  Suspended, 0, STOPPED",
        "true, false, -,         1, REVIVED",
        "Hang, false, Suspended, 0, REVIVED",
        "Hang, true,  Failed,    0, FAILED",
        "true, false, Complete,  0, COMPLETE",
      })
  void markAndSuspensionMakeTheState(
      String mark, boolean suspend, String condition, int active, StageJob.State expected) {
    assertThat(read(mark, suspend, condition, active).state()).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "-, -",
        "true, SUSPENDED",
        "Hang, HANG",
        "DeadlineExceeded, DEADLINE",
        "somebody's, SUSPENDED"
      })
  void markSaysWhyItWasStopped(String mark, StopCause expected) {
    assertThat(read(mark, true, "Suspended", 0).past().stopped().orElse(null)).isEqualTo(expected);
  }

  @Test
  void creationIsKnown() {
    assertThat(read(null, false, null, 1).past().created())
        .map(Object::toString)
        .contains("2026-11-23T10:00:00Z");
  }

  private static StageJob read(String mark, boolean suspend, String condition, int active) {
    String yaml =
        """
        apiVersion: batch/v1
        kind: Job
        metadata:
          name: tiny-1-train-1
          creationTimestamp: "2026-11-23T10:00:00Z"
          labels: {llmforge.io/run: "1", llmforge.io/stage: train, llmforge.io/attempt: "1"}
          annotations: {note: x%s}
        spec: {suspend: %s, completions: 1}
        status: {active: %d, conditions: [%s]}
        """
            .formatted(
                mark == null ? "" : ", llmforge.io/stopped: \"%s\"".formatted(mark),
                suspend,
                active,
                condition == null ? "" : "{type: %s, status: \"True\"}".formatted(condition));
    return JobReader.read(Serialization.unmarshal(yaml, Job.class), List.of()).orElseThrow();
  }
}
