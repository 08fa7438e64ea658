package io.llmforge.cli.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.crds.config.ConfigReading;
import io.llmforge.crds.config.LlmForgeConfigReader;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobNameTest {

  @ParameterizedTest
  @CsvSource({
    "google/gemma-2-27b-it,        gemma-2-27b-it-causal-lm",
    "pvc://models/harbour-log,     harbour-log-causal-lm",
    "01-ai/2.5,                    model-causal-lm",
    "a/A.B_C--,                    a-b-c-causal-lm",
    "x/aaaaaaaaaaaaaaaaaaaaaaaaaaaaa-bbbbbbbb, aaaaaaaaaaaaaaaaaaaaaaaaaaaaa-causal-lm"
  })
  void nameSaysModelAndTask(String model, String expected) {
    var config =
        (ConfigReading.Accepted)
            new LlmForgeConfigReader().readYaml("model_id: %s\ntrain_path: x\n".formatted(model));

    var name = JobName.of(config.config());

    assertThat(name).isEqualTo(expected).matches(JobName::isValid);
  }
}
