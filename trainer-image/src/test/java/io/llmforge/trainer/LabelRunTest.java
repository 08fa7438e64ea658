package io.llmforge.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.crds.plan.FailureCode;
import io.llmforge.crds.plan.TrainingReport.Completed;
import io.llmforge.crds.plan.TrainingReport.Failed;
import io.llmforge.crds.plan.TrainingReport.Metric;
import io.llmforge.crds.plan.TrainingReport.Output;
import io.llmforge.trainer.checkpoint.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs of classification, from the plan to the published model. */
class LabelRunTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Texts that are tokens of the model already. */
  private static final List<String> KNOWN = List.of("H", "M", "C");

  @TempDir Path folder;

  @Test
  void labelsThatTheModelKnowsAreLearned() throws IOException {
    var run = TinyRun.classification(folder, KNOWN).with("/duration/epochs", 8.0);

    assertThat(run.run()).as(run.console()).isZero();

    var completed = (Completed) run.lastWords();
    assertLearned(metrics(completed));
    assertThat(completed.output().kind()).isEqualTo(Output.Kind.MODEL);
    Path published = run.models.resolve("out");
    assertThat(Manifest.problem(published)).isEmpty();
    assertThat(published.resolve("model.safetensors")).exists();
    assertThat(published.resolve("adapter/adapter_model.safetensors")).exists();
    assertThat(
            JSON.readTree(published.resolve("tokenizer.json").toFile())
                .path("added_tokens")
                .valueStream()
                .map(token -> token.path("content").asText()))
        .contains("H", "M", "C");
    assertThat(run.workspace.resolve("mask-preview.txt")).content().contains("<|assistant|>⟦H⟧");
  }

  @Test
  void everyLabelIsInTheMetricsFileAndOnTheConsole() throws IOException {
    var run =
        TinyRun.classification(folder, KNOWN)
            .with("/objective/metrics", List.of("accuracy"))
            .with("/output/form", "ADAPTER");

    assertThat(run.run()).as(run.console()).isZero();

    var completed = (Completed) run.lastWords();
    assertThat(completed.output().kind()).isEqualTo(Output.Kind.ADAPTER);
    assertThat(metrics(completed))
        .containsKeys("eval_accuracy", "eval_label_mass")
        .doesNotContainKeys("eval_f1", "eval_prauc");
    JsonNode first =
        JSON.readTree(Files.readAllLines(run.workspace.resolve("metrics.jsonl")).getFirst());
    assertThat(first.path("eval_labels").path("H").path("rows").asInt()).isEqualTo(6);
    assertThat(first.path("eval_labels").path("C").has("prauc")).isTrue();
    assertThat(first.path("eval_confusion").path("M").size()).isEqualTo(3);
    assertThat(run.console()).containsPattern("labels +rows +predicted +f1 +prauc\nH +6 ");
  }

  @Test
  void stoppedRunEndsAsOneThatWasNot() throws IOException {
    var straight = TinyRun.classification(folder.resolve("straight"), KNOWN);
    var interrupted = TinyRun.classification(folder.resolve("interrupted"), KNOWN);
    assertThat(straight.run()).as(straight.console()).isZero();

    assertThat(interrupted.run("step 3] loss"))
        .isEqualTo(FailureCode.CHECKPOINTED_AND_STOPPED.exitCode());
    assertThat(interrupted.run()).as(interrupted.console()).isZero();

    assertThat(interrupted.console()).contains("from_step: 3");
    for (String file :
        List.of("model.safetensors", "adapter/adapter_model.safetensors", "tokenizer.json")) {
      assertThat(interrupted.models.resolve("out").resolve(file))
          .hasSameBinaryContentAs(straight.models.resolve("out").resolve(file));
    }
  }

  @Test
  void answerThatIsNoLabelEndsTheRun() throws IOException {
    var run = TinyRun.classification(folder, KNOWN);
    Path train = run.data.resolve("train.jsonl");
    Files.writeString(train, Files.readString(train).replaceFirst("\"H\"", "\"Hot\""));

    assertThat(run.run()).isEqualTo(FailureCode.DATASET_INVALID.exitCode());

    assertThat(((Failed) run.lastWords()).message())
        .contains("train.jsonl:1: the last message is 'Hot'; it must be one of the labels");
  }

  @Test
  void labelThatNobodyCouldWriteEndsTheRun() throws IOException {
    var run = TinyRun.classification(folder, List.of("H", " M", "C"));

    assertThat(run.run()).isEqualTo(FailureCode.INVALID_CONFIG.exitCode());

    assertThat(((Failed) run.lastWords()).message())
        .contains("classifier_config.label_tokens: ' M' has white space around it");
  }

  private static void assertLearned(Map<String, Metric> metrics) {
    assertThat(metrics.get("eval_accuracy").best()).isGreaterThanOrEqualTo(0.9);
    assertThat(metrics.get("eval_f1").best()).isGreaterThanOrEqualTo(0.9);
    assertThat(metrics.get("eval_prauc").best()).isGreaterThanOrEqualTo(0.9);
    assertThat(metrics.get("eval_label_mass").best())
        .isGreaterThan(2 * metrics.get("eval_label_mass").first());
    assertThat(metrics.get("eval_accuracy").first()).isLessThan(0.7);
    assertThat(metrics.get("eval_loss").best()).isLessThan(metrics.get("eval_loss").first() - 1);
  }

  private static Map<String, Metric> metrics(Completed completed) {
    return completed.progress().metrics().stream()
        .collect(Collectors.toMap(Metric::name, Function.identity()));
  }
}
