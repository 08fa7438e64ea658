package io.llmforge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RenderCommandTest {

  private static final Path EXAMPLE =
      Path.of("../examples/02-instruction-tuning-lora/finetunejob.yaml");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path folder;

  @Test
  void everyObjectOfARunIsPrinted() throws IOException {
    int exitCode = render(EXAMPLE, "--image=mine/trainer:2");

    assertThat(exitCode).isZero();
    List<JsonNode> objects = objects();
    assertThat(objects)
        .extracting(object -> object.path("kind").asText())
        .containsExactly("ConfigMap", "PersistentVolumeClaim", "Job", "Job");
    assertThat(objects.getLast().at("/spec/template/spec/containers/0/image").asText())
        .isEqualTo("mine/trainer:2");
  }

  @Test
  void everyStageOfARunIsPrinted() throws IOException {
    Path file =
        write(
            """
            apiVersion: llmforge.io/v1alpha1
            kind: FineTuneJob
            metadata: {name: pairs}
            spec:
              config:
                model_id: pvc://models/harbour-log
                train_path: pvc://example-data/train.jsonl
                preference_tuning_config:
                  beta: 0.1
                  logprob_processor_scaling_config: {concurrency: 2}
              storage: {workspace: {accessMode: ReadWriteMany}}
              outputs: [{name: model, uri: "pvc://models/pairs", merge: true}]
            """);

    int exitCode = render(file);

    assertThat(exitCode).as(err.toString()).isZero();
    assertThat(objects())
        .extracting(object -> object.at("/metadata/name").asText())
        .containsExactly(
            "pairs-1-plan",
            "pairs-1-workspace",
            "pairs-1-preflight-1",
            "pairs-1-reference-1",
            "pairs-1-train-1");
    assertThat(err.toString()).doesNotContain("accessMode");
  }

  @Test
  void severalScoringPodsAreRemarkedOn() throws IOException {
    Path file =
        write(
            """
            apiVersion: llmforge.io/v1alpha1
            kind: FineTuneJob
            metadata: {name: pairs}
            spec:
              config:
                model_id: pvc://models/harbour-log
                train_path: pvc://example-data/train.jsonl
                preference_tuning_config:
                  logprob_processor_scaling_config: {concurrency: 2}
            """);

    render(file);

    assertThat(err.toString())
        .contains("warning: spec.storage.workspace.accessMode: 2 pods score the reference")
        .contains("preference_tuning_config: has no beta; 0.1 is used");
  }

  @Test
  void sourceThatIsNotReachedIsRefusedOnce() throws IOException {
    Path file =
        write(Files.readString(EXAMPLE).replace("pvc://models/harbour-log ", "ftp://host/model "));

    int exitCode = render(file);

    assertThat(exitCode).isEqualTo(65);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString()).containsOnlyOnce("ftp:// is not reached").contains("model_id");
  }

  @Test
  void configIsNoJob() throws IOException {
    Path file =
        write(
            """
            model_id: pvc://a/model
            train_path: pvc://a/train.jsonl
            """);

    int exitCode = render(file);

    assertThat(exitCode).isEqualTo(65);
    assertThat(err.toString()).contains("llmforge convert");
  }

  @Test
  void missingFileIsSaid() {
    assertThat(render(folder.resolve("nothing.yaml"))).isEqualTo(66);
  }

  private Path write(String text) throws IOException {
    return Files.writeString(folder.resolve("file.yaml"), text);
  }

  private int render(Path file, String... options) {
    String[] arguments = new String[options.length + 2];
    arguments[0] = "render";
    arguments[1] = file.toString();
    System.arraycopy(options, 0, arguments, 2, options.length);
    return Llmforge.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  private List<JsonNode> objects() throws IOException {
    try (MappingIterator<JsonNode> objects =
        new YAMLMapper().readerFor(JsonNode.class).readValues(out.toString())) {
      return objects.readAll();
    }
  }
}
