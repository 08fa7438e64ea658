package io.llmforge.crds.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.crds.config.Finding.Severity;
import io.llmforge.crds.config.PreferenceTuningConfig.LossType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TaskRulesTest {

  private static final String LEAST = "model_id: org/model\ntrain_path: train.jsonl\n";

  private final LlmForgeConfigReader reader = new LlmForgeConfigReader();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          preference_tuning_config: {loss_type: sigmoid}                     | WARNING | preference_tuning_config                 | has no beta; 0.1 is used
          preference_tuning_config: {beta: 5}                                | WARNING | preference_tuning_config.beta            | unusually high
          preference_tuning_config: {beta: 0.1, label_smoothing: 0.1}        | WARNING | preference_tuning_config.label_smoothing | conservative form (cDPO)
          preference_tuning_config: {beta: 0.1, loss_type: robust}           | WARNING | preference_tuning_config.loss_type       | robust without label_smoothing is sigmoid
          preference_tuning_config: {beta: 0.1, loss_type: ipo, label_smoothing: 0.1} | IGNORED | preference_tuning_config.label_smoothing | has no effect with loss_type ipo
          classifier_config: {label_tokens: [a, b], eval_metrics: [accuracy]} | WARNING | classifier_config.eval_metrics           | has no effect without valid_path
          """)
  void whatIsProbablyNotMeantIsSaid(String line, Severity severity, String path, String message) {
    var reading = reader.readYaml(LEAST + line);

    assertThat(reading).isInstanceOf(ConfigReading.Accepted.class);
    assertThat(reading.findings())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.severity()).isEqualTo(severity);
              assertThat(finding.path()).isEqualTo(path);
              assertThat(finding.message()).contains(message);
              assertThat(finding.line()).isEqualTo(3);
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          preference_tuning_config: {beta: 0.01}
          preference_tuning_config: {beta: 1, loss_type: robust, label_smoothing: 0.2}
          preference_tuning_config: {beta: 0.1, loss_type: hinge, label_smoothing: 0}
          classifier_config: {label_tokens: [a, b]}
          """)
  void whatIsMeantIsNotRemarkedOn(String line) {
    assertThat(reader.readYaml(LEAST + line).findings()).isEmpty();
  }

  @Test
  void unknownMetricIsNotReported() {
    var reading =
        reader.readYaml(
            LEAST
                + "valid_path: valid.jsonl\n"
                + "classifier_config: {label_tokens: [a, b], eval_metrics: [auc, f1]}\n");

    assertThat(reading.findings())
        .singleElement()
        .extracting(Finding::message)
        .asString()
        .startsWith("'auc' is none of accuracy, f1, prauc");
  }

  @ParameterizedTest
  @CsvSource({"custom_resources", "worker_resources"})
  void resourcesOfTheScoringPodsHaveNoEffectUnderEitherName(String key) {
    var reading =
        reader.readYaml(
            LEAST
                + """
                preference_tuning_config:
                  beta: 0.01
                  logprob_processor_scaling_config:
                    %s: {accelerator_type:A10G: 0.001}
                    concurrency: 4
                """
                    .formatted(key));

    assertThat(reading.findings())
        .filteredOn(finding -> finding.severity() == Severity.IGNORED)
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.path()).endsWith("logprob_processor_scaling_config." + key);
              assertThat(finding.message()).contains("spec.podTemplate.nodeSelector");
              assertThat(finding.line()).isEqualTo(6);
            });
  }

  @Test
  void extensionsAreReadAsTrlNamesThem() {
    var reading =
        reader.readYaml(
            LEAST + "preference_tuning_config: {loss_type: robust, label_smoothing: 1e-1}");

    var preference = ((ConfigReading.Accepted) reading).config().preferenceTuningConfig();
    assertThat(preference.lossType()).isEqualTo(LossType.ROBUST);
    assertThat(preference.labelSmoothing()).isEqualTo(0.1);
  }
}
