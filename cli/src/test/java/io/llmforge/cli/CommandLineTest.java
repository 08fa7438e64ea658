package io.llmforge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.crds.config.YamlDocument;
import io.llmforge.crds.config.YamlReading;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandLineTest {

  private static final String CONFIG =
      """
      learning_rate: 1e-4
      model_id: meta-llama/Meta-Llama-3-8B-Instruct
      train_path: train.jsonl
      num_devices: "4"
      dataset_size_scaling_factor: 1000
      dataset_size_scaling_factor: .inf
      custom_model_tag: 1e5
      worker_resources: {memory: 53_687_091_200, "accelerator_type:A10G": 0.001}
      some_key_of_mine: yes
      generation_config:
        prompt_format: {system: "{instruction}", user: "a\\n{instruction} \\n", assistant: "{instruction}"}
      """;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path folder;

  @Test
  void acceptedConfigEndsWithZeroAndASummary() throws IOException {
    var file = write("config.yaml", CONFIG);

    assertThat(run("validate", file)).isZero();

    assertThat(out.toString())
        .contains(file + ":6: warning: dataset_size_scaling_factor: is written twice")
        .endsWith("config.yaml: accepted as LLMForge config, 3 warnings, 3 ignored\n");
  }

  @Test
  void refusedFileIsNamedWithLineAndEndsWith65() throws IOException {
    var good = write("good.yaml", CONFIG);
    var bad = write("bad.yaml", CONFIG + "num_epoch: 3\n");

    assertThat(run("validate", good, bad)).isEqualTo(65);

    assertThat(out.toString())
        .contains(bad + ":12: error: num_epoch: is not an LLMForge key; did you mean num_epochs?")
        .contains(bad + ": refused, 1 error")
        .contains(good + ": accepted");
  }

  @Test
  void missingFileEndsWith66AndWrongUsageWith64() {
    assertThat(run("validate", folder.resolve("none.yaml").toString())).isEqualTo(66);
    assertThat(run("convert", folder.resolve("none.yaml").toString())).isEqualTo(66);
    assertThat(run("validate")).isEqualTo(64);
    assertThat(run("dance")).isEqualTo(64);
  }

  @Test
  void manifestIsCheckedWithItsConfig() throws IOException {
    var file =
        write(
            "job.yaml",
            """
            apiVersion: llmforge.io/v1alpha1
            kind: FineTuneJob
            metadata: {name: Support_Chat}
            spec:
              imag: x
              config:
                model_id: a
                train_path: b
                lora_config: {rank: 8}
              outputs:
              - name: model
                uri: ftp://harbour/model
            """);

    assertThat(run("validate", file)).isEqualTo(65);

    assertThat(out.toString())
        .contains(":3: error: metadata.name: must be at most 40")
        .contains(":5: error: spec.imag: is not a field")
        .contains(
            ":9: error: spec.config.lora_config.rank: is not an LLMForge key; did you mean r?")
        .contains(":12: error: spec.outputs[0].uri: must be pvc://CLAIM/FOLDER, s3://");
  }

  @Test
  void manifestOfAnExampleIsAccepted() {
    var manifest = Path.of("../examples/02-instruction-tuning-lora/finetunejob.yaml");

    assertThat(run("validate", manifest.toString())).isZero();
  }

  @Test
  void convertedConfigKeepsKeysOrderAndValues() throws IOException {
    assertThat(run("convert", write("config.yaml", CONFIG))).isZero();

    var manifest = parse(out.toString());
    assertThat(manifest.at("/metadata/name").asText())
        .isEqualTo("meta-llama-3-8b-instruct-causal-lm");
    var config = manifest.at("/spec/config");
    assertThat(config.fieldNames())
        .toIterable()
        .containsExactly(
            "learning_rate",
            "model_id",
            "train_path",
            "num_devices",
            "dataset_size_scaling_factor",
            "custom_model_tag",
            "worker_resources",
            "some_key_of_mine",
            "generation_config");
    assertThat(config.get("learning_rate").decimalValue()).isEqualByComparingTo("0.0001");
    assertThat(config.get("num_devices").isIntegralNumber()).isTrue();
    assertThat(config.get("dataset_size_scaling_factor").isTextual()).isTrue();
    assertThat(config.get("custom_model_tag").isTextual()).isTrue();
    assertThat(config.get("some_key_of_mine").booleanValue()).isTrue();
    assertThat(config.at("/worker_resources/memory").longValue()).isEqualTo(53_687_091_200L);
    assertThat(config.at("/generation_config/prompt_format/user").asText())
        .isEqualTo("a\n{instruction} \n");
  }

  @Test
  void convertedConfigValidates() throws IOException {
    run("convert", write("config.yaml", CONFIG), "--name", "mine", "--namespace", "team");
    var manifest = write("manifest.yaml", out.toString());

    assertThat(run("validate", manifest)).isZero();

    assertThat(Files.readString(Path.of(manifest))).contains("name: mine", "namespace: team");
  }

  @Test
  void refusedConfigConvertsToNothing() throws IOException {
    assertThat(run("convert", write("bad.yaml", "model_id: a\n"))).isEqualTo(65);

    assertThat(out.toString()).isEmpty();
    assertThat(err.toString()).contains("bad.yaml:1: error: train_path: is missing");
  }

  @Test
  void configWithAPlaceThatIsNotReachedConvertsToNothing() throws IOException {
    var bad = write("bad.yaml", "model_id: a\ntrain_path: hf://datasets/foo/bar\n");

    assertThat(run("convert", bad)).isEqualTo(65);

    assertThat(out.toString()).isEmpty();
    assertThat(err.toString()).contains("bad.yaml:2: error: train_path: 'hf://datasets/foo/bar'");
  }

  @Test
  void manifestIsNotConvertedAgain() {
    var manifest = Path.of("../examples/02-instruction-tuning-lora/finetunejob.yaml");

    assertThat(run("convert", manifest.toString())).isEqualTo(65);

    assertThat(err.toString()).contains("is a FineTuneJob already");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void nameThatKubernetesWouldRefuseIsWrongUsage() throws IOException {
    var config = write("config.yaml", CONFIG);

    assertThat(run("convert", config, "--name", "Mine")).isEqualTo(64);
    assertThat(run("convert", config, "--name", "a".repeat(41))).isEqualTo(64);
    assertThat(run("convert", config, "--name", "a".repeat(40))).isZero();
  }

  private int run(String... arguments) {
    return Llmforge.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  private String write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text).toString();
  }

  private static JsonNode parse(String yaml) {
    return ((YamlReading.Read) YamlDocument.parse(yaml)).document().root();
  }
}
