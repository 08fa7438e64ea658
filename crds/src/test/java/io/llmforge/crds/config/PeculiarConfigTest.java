package io.llmforge.crds.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.tuple;

import io.llmforge.crds.config.Finding.Severity;
import io.llmforge.crds.config.LlmForgeConfig.CheckpointAndEvaluationFrequency;
import io.llmforge.crds.config.LlmForgeConfig.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PeculiarConfigTest {

  private static final Path FILE = Path.of("src/test/resources/configs/peculiar.yaml");

  private ConfigReading.Accepted reading;

  @BeforeEach
  void read() throws IOException {
    var result = new LlmForgeConfigReader().readYaml(Files.readString(FILE));
    assertThat(result).as(result.toString()).isInstanceOf(ConfigReading.Accepted.class);
    reading = (ConfigReading.Accepted) result;
  }

  @Test
  void numbersAndFlagsAreReadFromEveryForm() {
    var config = reading.config();

    assertThat(config.learningRate()).isEqualTo(1e-4);
    assertThat(config.numDevices()).isEqualTo(4);
    assertThat(config.numEpochs()).as("the last of two").isEqualTo(2.5);
    assertThat(config.numCheckpointsToKeep()).isEqualTo(1);
    assertThat(config.flashAttention2()).isTrue();
    assertThat(config.datasetSizeScalingFactor().doubleValue()).isInfinite();
  }

  @Test
  void resourceMapsKeepTheirKeys() {
    assertThat(reading.config().workerResources())
        .containsOnly(
            entry("memory", 53_687_091_200.0),
            entry("accelerator_type:A10G", 0.001),
            entry("anyscale/accelerator_shape:4xA10G", 0.001),
            entry("g5.12xlarge", 1.0));
    assertThat(reading.config().trainerResources()).isNull();
  }

  @Test
  void oldNamesAreReadAsPresentOnes() {
    var config = reading.config();

    assertThat(config.minUpdateSteps()).isEqualTo(100);
    assertThat(config.customModelTag()).isEqualTo("123");
    assertThat(config.modelTag()).isNull();
    assertThat(config.gradientCheckpointing()).isTrue();
    assertThat(config.noGradientCheckpoint()).isNull();
    assertThat(config.checkpointEveryNEpochs()).isNull();
    assertThat(config.checkpointAndEvaluationFrequency())
        .isEqualTo(
            new CheckpointAndEvaluationFrequency(CheckpointAndEvaluationFrequency.Unit.EPOCHS, 5));
    assertThat(config.preferenceTuningConfig().logprobProcessorScalingConfig().customResources())
        .containsOnlyKeys("accelerator_type:A10G");
  }

  @Test
  void findingsNameLinesInTheOrderOfTheFile() {
    assertThat(reading.findings())
        .extracting(Finding::severity, Finding::path, Finding::line)
        .startsWith(
            tuple(Severity.WARNING, "defaults", 2),
            tuple(Severity.WARNING, "num_epochs", 13),
            tuple(Severity.DEPRECATED, "min_num_update_steps", 16),
            tuple(Severity.IGNORED, "min_update_steps", 16))
        .contains(
            tuple(Severity.IGNORED, "dataset_size_scaling_factor", 19),
            tuple(Severity.DEPRECATED, "no_gradient_checkpoint", 21),
            tuple(Severity.DEPRECATED, "model_tag", 22),
            tuple(Severity.IGNORED, "lora_config.inference_mode", 37));
  }

  @Test
  void oldNamesAreReportedWithTheNewOne() {
    assertThat(reading.findings())
        .filteredOn(finding -> finding.severity() == Severity.DEPRECATED)
        .extracting(Finding::path)
        .containsExactlyInAnyOrder(
            "min_num_update_steps",
            "checkpoint_every_n_epochs",
            "no_gradient_checkpoint",
            "model_tag",
            "preference_tuning_config.logprob_processor_scaling_config.worker_resources",
            "preference_tuning_config.logprob_processor_scaling_config.custom_resources.acceleratorx_type:A10G");
  }

  @Test
  void taskIsTheOneWritten() {
    assertThat(reading.config().effectiveTask()).isEqualTo(Task.PREFERENCE_TUNING);
  }
}
