package io.llmforge.crds.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.llmforge.crds.config.Finding.Severity;
import io.llmforge.crds.config.LlmForgeConfig.Task;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LlmForgeConfigReaderTest {

  private static final String LEAST = "model_id: org/model\ntrain_path: train.jsonl\n";

  private final LlmForgeConfigReader reader = new LlmForgeConfigReader();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          num_epoch: 3                            | num_epoch     | did you mean num_epochs?
          Learning-Rate: 1                        | Learning-Rate | did you mean learning_rate?
          numDevices: 3                           | numDevices    | did you mean num_devices?
          lr: 3                                   | lr            | did you mean learning_rate?
          r: 8                                    | r             | move it to lora_config
          lora_config: {rank: 8}                  | lora_config.rank | did you mean r?
          lora_config: {learning_rate: 8}         | lora_config.learning_rate | move it to the top level
          num_devices: many                       | num_devices   | expects a whole number, at least 1, found the text 'many'
          num_devices: 1.5                        | num_devices   | expects a whole number, at least 1, found 1.5
          num_devices: 0                          | num_devices   | expects a whole number, at least 1, found 0
          num_devices: 99999999999                | num_devices   | expects a whole number
          learning_rate: .nan                     | learning_rate | expects a number, above 0
          learning_rate: .inf                     | learning_rate | expects a number, above 0
          learning_rate: 0                        | learning_rate | expects a number, above 0, found 0
          eval_first: maybe                       | eval_first    | expects true or false, found the text 'maybe'
          task: sft                               | task          | expects one of causal_lm, instruction_tuning
          task: instruction_tunning               | task          | did you mean instruction_tuning?
          padding: 3                              | padding       | expects one of longest, max_length, found 3
          lora_config: [8]                        | lora_config   | expects a mapping of settings, found a list
          lora_config: {lora_dropout: 1}          | lora_config.lora_dropout | at least 0 and below 1
          lora_config: {target_modules: {}}       | lora_config.target_modules | expects text or a list of texts, found a mapping
          lora_config: {target_modules: []}       | lora_config.target_modules | is empty
          lora_config: {use_dora: true}           | lora_config.use_dora | remove it for plain LoRA
          lora_config: {bias: some}               | lora_config.bias | write none, all or lora_only
          lora_config: {bias: all, modules_to_save: [norm]} | lora_config.bias | write none beside modules_to_save
          lora_config: {init_lora_weights: pissa} | lora_config.init_lora_weights | write true or gaussian
          lora_config: {rank_pattern: {q_proj: 0}} | lora_config.rank_pattern | holds a rank below 1
          lora_config: {rank_pattern: {'q_proj(': 4}} | lora_config.rank_pattern | is not a regular expression
          lora_config: {alpha_pattern: {q_proj: 0}} | lora_config.alpha_pattern | not above 0
          lora_config: {layers_to_transform: [-1]} | lora_config.layers_to_transform | layers count from 0
          lora_config: {layers_to_transform: [1], target_modules: .*q_proj} | lora_config.layers_to_transform | let target_modules say
          worker_resources: {"accelerator_type:A10G": 2} | worker_resources.accelerator_type:A10G | at most 1
          worker_resources: {accelerator: 1}      | worker_resources.accelerator | accelerator_type:A10G: 0.001
          worker_resources: {memory: -1}          | worker_resources.memory | above 0
          valid_path: pvc://data/../x             | valid_path    | leaves its volume
          valid_path: s3://...                    | valid_path    | placeholder
          valid_path: ''                          | valid_path    | is empty
          initial_adapter_model_ckpt_path: a      | initial_adapter_model_ckpt_path | needs lora_config
          initial_base_model_ckpt_path: {}        | initial_base_model_ckpt_path | {repo_id: ORG/NAME}
          early_stopping_patience: 2              | early_stopping_patience | needs valid_path
          early_stopping_threshold: -1            | early_stopping_threshold | expects a number, at least 0
          precision: fp16                         | precision     | expects one of auto, fp32, bf16
          task: classification                    | task          | needs classifier_config
          task: preference_tuning                 | task          | needs preference_tuning_config
          classifier_config: {label_tokens: [a]}  | classifier_config.label_tokens | two different labels
          classifier_config: {label_tokens: [a, b, a]} | classifier_config.label_tokens | the label 'a' twice
          classifier_config: {label_tokens: [a, ' ']} | classifier_config.label_tokens | a blank label
          classifier_config: {label_tokens: a}    | classifier_config.label_tokens | expects a list
          preference_tuning_config: {beta: 0}     | preference_tuning_config.beta | above 0, found 0
          preference_tuning_config: {beta: much}  | preference_tuning_config.beta | expects a number
          preference_tuning_config: {loss_type: kto} | preference_tuning_config.loss_type | one of sigmoid, robust, hinge, ipo
          preference_tuning_config: {label_smoothing: 0.5} | preference_tuning_config.label_smoothing | at least 0 and below 0.5
          preference_tuning_config: {logprob_processor_scaling_config: {concurrency: 0}} | preference_tuning_config.logprob_processor_scaling_config.concurrency | at least 1
          preference_tuning_config: {logprob_processor_scaling_config: {custom_resources: {memory: -1}}} | preference_tuning_config.logprob_processor_scaling_config.custom_resources.memory | above 0
          beta: 0.1                               | beta          | move it to preference_tuning_config
          label_tokens: [a, b]                    | label_tokens  | move it to classifier_config
          model_tag: a\\ncustom_model_tag: b      | model_tag     | contradicts custom_model_tag
          """)
  void mistakeIsAnErrorThatSaysWhatToDo(String line, String path, String message) {
    var reading = reader.readYaml(LEAST + line.strip().replace("\\n", "\n") + "\n");

    assertThat(reading).isInstanceOf(ConfigReading.Refused.class);
    assertThat(errors(reading))
        .anySatisfy(
            finding -> {
              assertThat(finding.path()).isEqualTo(path);
              assertThat(finding.message()).contains(message);
              assertThat(finding.line()).isEqualTo(3);
            });
  }

  @Test
  void allMistakesAreNamedAtOnce() {
    var reading = reader.readYaml("num_epoch: 3\npadding: wide\nnum_devices: 0\n");

    assertThat(errors(reading))
        .extracting(Finding::path)
        .containsExactlyInAnyOrder("num_epoch", "padding", "num_devices", "model_id", "train_path");
  }

  @Test
  void noMessageProposesATaskThatIsRefusedAnyway() {
    var reading = reader.readYaml(LEAST + "task: instruct_tuning\n");

    assertThat(errors(reading))
        .singleElement()
        .satisfies(
            finding ->
                assertThat(finding.message())
                    .contains("preference_tuning")
                    .doesNotContain("vision_language"));
    assertThat(reader.readYaml(LEAST + "task: vision_language\n"))
        .isInstanceOf(ConfigReading.Accepted.class);
  }

  @Test
  void whatIsRightInARefusedConfigIsStillRead() {
    var reading = reader.readYaml(LEAST + "num_epoch: 3\npadding: wide\n");

    assertThat(reading).isInstanceOf(ConfigReading.Refused.class);
    assertThat(((ConfigReading.Refused) reading).readable().trainPath()).isEqualTo("train.jsonl");
  }

  @Test
  void strayKeyLikeNoOtherIsAWarning() {
    var reading = reader.readYaml(LEAST + "eval_path: x\nfavourite_colour: red\n");

    assertThat(reading).isInstanceOf(ConfigReading.Accepted.class);
    assertThat(reading.findings())
        .extracting(f -> f.severity() + " " + f.path() + ": " + f.message())
        .containsExactly(
            "WARNING eval_path: is not an LLMForge key and has no effect; did you mean valid_path?",
            "WARNING favourite_colour: is not an LLMForge key and has no effect. Remove it");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {}                                                         | CAUSAL_LM
          task: instruction_tuning                                   | INSTRUCTION_TUNING
          classifier_config: {label_tokens: ["1", 2]}                | CLASSIFICATION
          preference_tuning_config: {beta: 0.1}                      | PREFERENCE_TUNING
          vision_language_config: {a: b}                             | VISION_LANGUAGE
          """)
  void taskIsInferredFromItsBlock(String line, Task task) {
    var reading = reader.readYaml(LEAST + (line.equals("{}") ? "" : line));

    assertThat(((ConfigReading.Accepted) reading).config().effectiveTask()).isEqualTo(task);
  }

  @Test
  void blocksOfTwoTasksContradictEachOther() {
    var blocks = "classifier_config: {label_tokens: [a, b]}\npreference_tuning_config: {beta: 1}\n";

    assertThat(errors(reader.readYaml(LEAST + blocks)))
        .extracting(Finding::message)
        .containsExactly(
            "classifier_config and preference_tuning_config belong to different tasks; keep one of them");
    assertThat(errors(reader.readYaml(LEAST + "task: causal_lm\n" + blocks)))
        .extracting(Finding::path)
        .containsExactly("classifier_config", "preference_tuning_config");
  }

  @Test
  void promptFormatNeedsItsPlaceholders() {
    var reading =
        reader.readYaml(
            LEAST
                + """
                generation_config:
                  prompt_format:
                    system: "no placeholder"
                    user: "{instruction}"
                    system_in_user: true
                """);

    assertThat(errors(reading))
        .extracting(f -> f.line() + " " + f.path())
        .containsExactly(
            "4 generation_config.prompt_format.assistant",
            "5 generation_config.prompt_format.system",
            "6 generation_config.prompt_format.user");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          no_gradient_checkpoint: true\\ngradient_checkpointing: true              | contradicts
          checkpoint_every_n_epochs: 2\\ncheckpoint_and_evaluation_frequency: {frequency: 3, unit: steps} | contradicts
          min_num_update_steps: 2\\nmin_update_steps: 3                            | keep one
          """)
  void oldAndNewNameMustNotContradict(String lines, String message) {
    var reading = reader.readYaml(LEAST + lines.replace("\\n", "\n"));

    assertThat(errors(reading))
        .singleElement()
        .extracting(Finding::message)
        .asString()
        .contains(message);
  }

  @Test
  void oldAndNewNameMayAgree() {
    var reading =
        reader.readYaml(LEAST + "no_gradient_checkpoint: false\ngradient_checkpointing: true\n");

    assertThat(reading).isInstanceOf(ConfigReading.Accepted.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          - a                                         | a config is a mapping of settings
          just text                                   | a config is a mapping of settings
          hyperparameters: {num_devices: 4}           | move everything under 'hyperparameters' to the top level
          entrypoint: llmforge anyscale finetune x    | the config is the file that its entrypoint names
          {apiVersion: v1, kind: Pod}                 | a Kubernetes manifest of kind Pod
          title: a story                              | is this the right file?
          """)
  void documentThatIsNoConfigIsCalledWhatItIs(String text, String message) {
    assertThat(errors(reader.readYaml(text)))
        .singleElement()
        .extracting(Finding::message)
        .asString()
        .contains(message);
  }

  @Test
  void configOfAManifestIsReadWithoutLines() throws Exception {
    var json =
        "{\"model_id\":\"a\",\"train_path\":\"b\",\"learning_rate\":0.001,\"num_epochs\":\"2\",\"x\":1}";

    var reading = reader.read(JsonMapper.builder().build().readTree(json));

    assertThat(((ConfigReading.Accepted) reading).config().numEpochs()).isEqualTo(2);
    assertThat(reading.findings()).singleElement().extracting(Finding::line).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "[]", "\"text\"", "{}"})
  void configThatHoldsNoSettingIsRefused(String json) throws Exception {
    var reading = reader.read(JsonMapper.builder().build().readTree(json));

    assertThat(reading).isInstanceOf(ConfigReading.Refused.class);
  }

  private static List<Finding> errors(ConfigReading reading) {
    return reading.findings().stream()
        .filter(finding -> finding.severity() == Severity.ERROR)
        .collect(Collectors.toList());
  }
}
