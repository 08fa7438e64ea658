package io.llmforge.operator.decide;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Backoff;
import io.llmforge.operator.JobFixture;
import io.llmforge.operator.SpecDraft;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunPolicyTest {

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        // initial, longest, failures -> pause
        "-, -, 1, 30",
        "-, -, 2, 60",
        "-, -, 5, 480",
        "-, -, 6, 600",
        "-, -, 1000, 600",
        "7, 20, 1, 7",
        "7, 20, 2, 14",
        "7, 20, 3, 20",
        "0, -, 9, 0",
        "60, 10, 1, 10",
      })
  void pauseDoublesUpToTheLongest(Integer initial, Integer longest, int failures, long pause) {
    RunPolicy policy =
        RunPolicy.of(
            spec(
                new FineTuneJobSpec.RunPolicy(
                    null, new Backoff(initial, longest), null, null, null, null, null, null)));

    assertThat(policy.pauseAfter(failures)).hasSeconds(pause);
  }

  @Test
  void nothingAskedIsThreeRetries() {
    assertThat(RunPolicy.of(spec(null)).maximumRetries()).isEqualTo(3);
  }

  private static FineTuneJobSpec spec(FineTuneJobSpec.RunPolicy policy) {
    return SpecDraft.of(JobFixture.config()).runPolicy(policy).build();
  }
}
