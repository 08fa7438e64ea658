package io.llmforge.cli.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.crds.config.Finding;
import io.llmforge.crds.config.Finding.Severity;
import io.llmforge.crds.config.LlmForgeConfigReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A file is refused for what the API server and the operator would refuse it for, all at once. */
class FileCheckTest {

  private static final String JOB =
      """
      apiVersion: llmforge.io/v1alpha1
      kind: FineTuneJob
      metadata: {name: chat}
      spec:
        config:
          model_id: pvc://models/base
          train_path: pvc://rows/train.jsonl
      """;

  private final FileCheck check = new FileCheck(new LlmForgeConfigReader());

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          retryToken: 2                                  | retryToken                     | expects text, at most 64 characters, found 2; put it in quotes: "2"
          image: null                                    | image                          | expects text, at most 512 characters, found nothing
          suspend: "true"                                | suspend                        | expects true or false, found the text 'true'; remove the quotes
          resources: {perDevice: {cpu: 8}}               | resources.perDevice.cpu        | found 8; put it in quotes: "8"
          resources: {perDevice: {memory: 96GB}}         | resources.perDevice.memory     | found the text '96GB' (Main memory as a Kubernetes quantity, for example 64Gi)
          resources: {accelerator: {resourceName: ""}}   | resources.accelerator.resourceName | expects text that is not empty, at most 253 characters, found the text ''
          storage: {workspace: {size: 20GB}}             | storage.workspace.size         | found the text '20GB' (Size of the claim as a Kubernetes quantity)
          storage: {cache: {folder: a}}                  | storage.cache.claimName        | is missing (PersistentVolumeClaim of the job's namespace; ReadWriteMany where runs work on several nodes at a time)
          storage: {cache: {claimName: a, folder: /b}}   | storage.cache.folder           | must be a folder on the claim: without '/' at its beginning and without '..', found '/b'
          runPolicy: {maxRetries: -1}                    | runPolicy.maxRetries           | expects a whole number, at least 0 and at most 1000, found -1
          runPolicy: {maxRetries: "3"}                   | runPolicy.maxRetries           | found the text '3'; remove the quotes
          runPolicy: {onOom: shrink}                     | runPolicy.onOom                | expects one of Fail, ShrinkMicroBatch, found the text 'shrink'
          queue: {provider: Kueue}                       | queue                          | provider Kueue needs the name of a LocalQueue: write spec.queue.name
          queue: {priority: 99999999999}                 | queue.priority                 | cannot be read: Numeric value (99999999999) out of range of int
          checkpoints: {uri: "s3://b"}                   | checkpoints.uri                | must be pvc://CLAIM/FOLDER, s3://BUCKET/FOLDER or gs://BUCKET/FOLDER
          outputs: [{uri: "pvc://models/a"}]             | outputs[0].name                | is missing (Name of the output, unique in the list)
          outputs: [{name: a, uri: "pvc://c/../b"}]      | outputs[0].uri                 | must not leave its volume: remove the '..' from the path, found 'pvc://c/../b'
          outputs: {name: a}                             | outputs                        | expects a list of at most 1, found a mapping
          outputs: [{name: a, uri: "pvc://c/b"}, {name: b, uri: "pvc://c/d"}] | outputs | expects a list of at most 1, found a list of 2
          output: [{name: a, uri: "pvc://c/b"}]          | output                         | is not a field of a FineTuneJob; did you mean outputs?
          podTemplate: {imagePullSecrets: [{name: x}]}   | podTemplate.imagePullSecrets[0] | expects text, found a mapping
          podTemplate: {labels: {a.b/c: 1}}              | podTemplate.labels.a.b/c       | expects text, found 1; put it in quotes: "1"
          num_devices: 2                                 | num_devices                    | is a key of the config; move it into spec.config
          colour: red                                    | colour                         | is not a field of a FineTuneJob; there are checkpoints, config, credentials, image, outputs,
          """)
  void fieldThatTheServerRefusesIsNamedWithItsLine(String field, String path, String message)
      throws IOException {
    var errors = errors(JOB + "  " + field + "\n");

    assertThat(errors)
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.path()).isEqualTo("spec." + path);
              assertThat(finding.line()).isEqualTo(8);
              assertThat(finding.message()).contains(message);
            });
  }

  @Test
  void fieldsBesideTheSpecAreCheckedToo() throws IOException {
    var job = JOB.replace("{name: chat}", "{name: chat, lables: {a: b}, annotations: {wave: 1}}");

    assertThat(errors(job + "spce: {}\nstatus: {phase: 3}\n"))
        .extracting(finding -> finding.line() + " " + finding.path() + ": " + finding.message())
        .anySatisfy(error -> assertThat(error).startsWith("3 metadata.lables: is not a field"))
        .anySatisfy(error -> assertThat(error).endsWith("did you mean labels?"))
        .contains("3 metadata.annotations.wave: expects text, found 1; put it in quotes: \"1\"")
        .contains("8 spce: is not a field of a FineTuneJob; did you mean spec?")
        .hasSize(3);
  }

  @Test
  void labelsMustBeLabels() throws IOException {
    assertThat(errors(JOB.replace("{name: chat}", "{name: chat, labels: {team: 'a b'}}")))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.path()).isEqualTo("metadata.labels");
              assertThat(finding.message()).contains("\"a b\": a valid label");
            });
  }

  @Test
  void valueOfTheConfigThatOnlyTheReaderForgivesIsRefusedInAManifest() throws IOException {
    var errors =
        errors(
            JOB
                + """
                    num_devices: "2"
                    dataset_size_scaling_factor: .inf
                """);

    assertThat(errors)
        .extracting(finding -> finding.line() + " " + finding.path() + ": " + finding.message())
        .containsExactly(
            "8 spec.config.num_devices: expects a whole number, at least 1, found the text '2';"
                + " remove the quotes",
            "9 spec.config.dataset_size_scaling_factor: is a number that JSON does not have; put"
                + " it in quotes");
    assertThat(
            errors(
                """
                model_id: pvc://models/base
                train_path: pvc://rows/train.jsonl
                num_devices: "2"
                dataset_size_scaling_factor: .inf
                """))
        .isEmpty();
  }

  @Test
  void resultForTheHubNeedsASecret() throws IOException {
    var output = "  outputs: [{name: model, uri: \"hf://org/model\"}]\n";

    assertThat(errors(JOB + output))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.path()).isEqualTo("spec.credentials");
              assertThat(finding.message()).contains("no Secret has purpose Outputs");
            });
    var credentials = "  credentials: [{secretRef: {name: hub}, purpose: %s}]\n";
    assertThat(errors(JOB + output + credentials.formatted("Outputs"))).isEmpty();
    // What follows from a mistake is not a second one.
    assertThat(errors(JOB + output + credentials.formatted("Output")))
        .extracting(Finding::path)
        .containsExactly("spec.credentials[0].purpose");
  }

  @ParameterizedTest
  @CsvSource({
    "hf://datasets/foo/bar, 'hf:// names a model, and this is a file'",
    "pvc://Data/t.jsonl, is not the name of a PersistentVolumeClaim",
  })
  void placeThatTheOperatorRefusesIsNamedInManifestsAndConfigs(String place, String words)
      throws IOException {
    var job = errors(JOB.replace("pvc://rows/train.jsonl", place));
    var config = errors("model_id: pvc://models/base\ntrain_path: " + place + "\n");

    assertThat(job)
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.path()).isEqualTo("spec.config.train_path");
              assertThat(finding.line()).isEqualTo(7);
              assertThat(finding.message()).contains(words);
            });
    assertThat(config)
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.path()).isEqualTo("train_path");
              assertThat(finding.line()).isEqualTo(2);
              assertThat(finding.message()).contains(words);
            });
  }

  @Test
  void mistakesOfEveryKindAreListedAtOnceInTheOrderOfTheFile() throws IOException {
    var errors =
        errors(
            """
            apiVersion: llmforge.io/v1alpha1
            kind: FineTuneJob
            metadata: {name: Chat}
            spec:
              config:
                model_id: pvc://models/base
                train_path: pvc://Data/train.jsonl
                task: instruct_tuning
                lora_config: {rank: 8}
              runPolicy: {onOom: shrink}
              outputs: [{name: model, uri: "hf://org/model"}]
              checkpoints: {uri: "s3://b"}
              credential: []
            """);

    assertThat(errors)
        .extracting(finding -> finding.line() + " " + finding.path())
        .containsExactly(
            "3 metadata.name",
            "4 spec.credentials",
            "7 spec.config.train_path",
            "8 spec.config.task",
            "9 spec.config.lora_config.rank",
            "10 spec.runPolicy.onOom",
            "12 spec.checkpoints.uri",
            "13 spec.credential");
  }

  @Test
  void warningsOfTheOperatorStayWarnings() throws IOException {
    var verdict = verdict(JOB + "    num_devices: 2\n");

    assertThat(verdict).isInstanceOf(FileVerdict.Accepted.class);
    assertThat(verdict.findings())
        .extracting(finding -> finding.severity() + " " + finding.path())
        .containsExactlyInAnyOrder(
            "WARNING spec.storage.workspace.accessMode",
            "WARNING spec.config.generation_config.prompt_format");
  }

  @Test
  void whatIsNoFineTuneJobIsNotMeasuredAsOne() throws IOException {
    assertThat(errors("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: b}\n"))
        .extracting(finding -> finding.path() + ": " + finding.message())
        .containsExactly("kind: expects FineTuneJob, found ConfigMap");
    assertThat(errors("apiVersion: llmforge.io/v1alpha1\nkind: FineTuneJob\nspec: 5\n"))
        .extracting(Finding::path)
        .containsExactly("metadata.name", "spec.config");
  }

  private List<Finding> errors(String text) throws IOException {
    return verdict(text).findings().stream()
        .filter(finding -> finding.severity() == Severity.ERROR)
        .toList();
  }

  private FileVerdict verdict(String text) throws IOException {
    return check.check(Files.writeString(folder.resolve("file.yaml"), text));
  }
}
