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
import io.llmforge.trainer.conformance.ConformanceRecord;
import io.llmforge.trainer.conformance.GoldenTest;
import io.llmforge.trainer.data.TinyTokenizer;
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

  private static final List<String> NEW = List.of("[[hot]]", "[[mild]]", "[[cold]]");

  /** Texts that are tokens of the model already. */
  private static final List<String> KNOWN = List.of("H", "M", "C");

  @TempDir Path folder;

  @Test
  void newLabelsAreLearnedAndPublishedInAModelOfTheirOwn() throws IOException {
    var run = TinyRun.classification(folder, NEW).with("/duration/epochs", 8.0);

    assertThat(run.run()).as(run.console()).isZero();

    var completed = (Completed) run.lastWords();
    assertLearned(metrics(completed));
    assertThat(completed.output().kind()).isEqualTo(Output.Kind.MODEL);
    Path published = run.models.resolve("out");
    assertThat(Manifest.problem(published)).isEmpty();
    assertThat(json(published, "config.json").path("vocab_size").asInt())
        .isEqualTo(TinyTokenizer.VOCABULARY + 3);
    assertThat(texts(json(published, "tokenizer.json").path("added_tokens")))
        .endsWith("[[hot]]", "[[mild]]", "[[cold]]");
    assertThat(json(published, "tokenizer_config.json").path("chat_template").asText())
        .isEqualTo(Files.readString(published.resolve("chat_template.jinja")));
    assertThat(json(published, "adapter/adapter_config.json").path("trainable_token_indices"))
        .hasToString("{\"embed_tokens\":[268,269,270]}");
    assertThat(published.resolve("adapter/adapter_model.safetensors")).exists();
    assertThat(run.workspace.resolve("mask-preview.txt"))
        .content()
        .contains("<|assistant|>⟦[[hot]]⟧<|end|>");
  }

  @Test
  void labelsThatTheModelKnowsAreLearnedToo() throws IOException {
    var run = TinyRun.classification(folder, KNOWN).with("/duration/epochs", 8.0);

    assertThat(run.run()).as(run.console()).isZero();

    assertLearned(metrics((Completed) run.lastWords()));
    Path published = run.models.resolve("out");
    assertThat(json(published, "config.json").path("vocab_size").asInt())
        .isEqualTo(TinyTokenizer.VOCABULARY);
    assertThat(texts(json(published, "tokenizer.json").path("added_tokens")))
        .contains("H", "M", "C");
  }

  @Test
  void everyWeightMayBeTrainedWithTheLabels() throws IOException {
    var run =
        TinyRun.classification(folder, NEW)
            .with("/tuning", Map.of("method", "full"))
            .with("/optimizer/learningRate", 1e-2)
            .with("/duration/epochs", 8.0);

    assertThat(run.run()).as(run.console()).isZero();
    System.out.println(run.console());
    assertLearned(metrics((Completed) run.lastWords()));
    assertThat(run.models.resolve("out/adapter")).doesNotExist();
  }

  @Test
  void mergedModelWithoutValidationIsProvedOnRowsOfTraining() throws IOException {
    var run = TinyRun.classification(folder, NEW).with("/data/validation", null);

    assertThat(run.run()).as(run.console()).isZero();

    assertThat(run.models.resolve("out/model.safetensors")).exists();
  }

  @Test
  void adapterThatKnowsNoLabelsIsContinuedFrom() throws IOException {
    var earlier =
        TinyRun.instruction(folder)
            .with("/tuning/targets/names", List.of("q_proj", "v_proj", "o_proj", "down_proj"))
            .with("/output/location/path", "earlier");
    assertThat(earlier.run()).as(earlier.console()).isZero();

    var run =
        TinyRun.classification(folder, NEW)
            .with("/model/adapter", Map.of("kind", "claim", "name", "models", "path", "earlier"));

    assertThat(run.run()).as(run.console()).isZero();
    assertThat(run.models.resolve("out/model.safetensors")).exists();
  }

  /** A rate that changes no weight stands for rows that are frozen. */
  @Test
  void labelsThatNeverComeApartEndTheRun() throws IOException {
    var run =
        TinyRun.classification(folder, NEW)
            .with("/optimizer/learningRate", 1e-30)
            .with("/duration/epochs", 8.0);

    assertThat(run.run()).isEqualTo(FailureCode.INVALID_CONFIG.exitCode());

    assertThat(((Failed) run.lastWords()).message())
        .contains("the labels [[hot]] and [[mild]] and [[cold]] still get one and the same score")
        .contains("1.0986, ln 3 = 1.0986")
        .contains("frozen");
    assertThat(run.models.resolve("out")).doesNotExist();
    ConformanceRecord.refused(GoldenTest.LABEL_TRAINING, "labels stuck at chance").append();
  }

  @Test
  void labelsThatAreNewToTheModelAreLearned() throws IOException {
    var run =
        TinyRun.classification(folder, List.of("<hot>", "<mild>", "<cold>"))
            .with("/duration/epochs", 8.0);

    assertThat(run.run()).as(run.console()).isZero();

    assertLearned(metrics((Completed) run.lastWords()));
    Path published = run.models.resolve("out");
    JsonNode adapter = JSON.readTree(published.resolve("adapter/adapter_config.json").toFile());
    assertThat(adapter.path("trainable_token_indices").path("embed_tokens").size()).isEqualTo(3);
    assertThat(JSON.readTree(published.resolve("config.json").toFile()).path("vocab_size").asInt())
        .isEqualTo(
            adapter.path("trainable_token_indices").path("embed_tokens").path(2).asInt() + 1);
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
    assertThat(metrics.get("eval_label_mass").value()).isGreaterThan(0.9);
    assertThat(metrics.get("eval_accuracy").first()).isLessThan(0.7);
    assertThat(metrics.get("eval_loss").best()).isLessThan(0.5);
  }

  private static JsonNode json(Path folder, String name) throws IOException {
    return JSON.readTree(folder.resolve(name).toFile());
  }

  private static List<String> texts(JsonNode addedTokens) {
    return addedTokens.valueStream().map(token -> token.path("content").asText()).toList();
  }

  private static Map<String, Metric> metrics(Completed completed) {
    return completed.progress().metrics().stream()
        .collect(Collectors.toMap(Metric::name, Function.identity()));
  }
}
