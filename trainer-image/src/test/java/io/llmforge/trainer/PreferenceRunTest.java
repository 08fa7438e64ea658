package io.llmforge.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.crds.plan.FailureCode;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.trainer.storage.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs of preference tuning: workers score the reference, then the trainer learns from it. */
class PreferenceRunTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @Test
  void preferencesAreLearnedFromAReferenceOfTwoWorkers() throws IOException {
    var run = TinyRun.preference(folder).with("/duration/epochs", 4.0);

    assertThat(run.score(0)).as(run.console()).isZero();
    assertThat(run.lastWords()).isInstanceOf(TrainingReport.Completed.class);
    assertThat(run.score(1)).as(run.console()).isZero();
    assertThat(run.run()).as(run.console()).isZero();
    assertThat(run.console()).contains("eval_loss").doesNotContain("perplexity");

    List<JsonNode> lines = metrics(run);
    JsonNode first = lines.stream().filter(line -> line.has("loss")).findFirst().orElseThrow();
    assertThat(first.path("loss").asDouble()).isCloseTo(Math.log(2), within(1e-5));
    assertThat(first.path("rewards/margins").asDouble()).isCloseTo(0, within(1e-4));
    JsonNode last = lines.getLast();
    assertThat(last.path("eval_rewards/accuracies").asDouble()).isGreaterThanOrEqualTo(0.9);
    assertThat(last.path("eval_rewards/margins").asDouble()).isPositive();
    assertThat(last.path("eval_loss").asDouble()).isLessThan(0.6);
    assertThat(run.models.resolve("out/adapter_model.safetensors")).exists();
  }

  @Test
  void aStoppedRunGoesOnToTheSameWeights() throws IOException {
    var whole = TinyRun.preference(folder.resolve("whole"));
    var parted = TinyRun.preference(folder.resolve("parted"));
    for (var run : List.of(whole, parted)) {
      assertThat(run.score(0) + run.score(1)).as(run.console()).isZero();
    }

    assertThat(whole.run()).isZero();
    assertThat(parted.run("step 3]")).isEqualTo(FailureCode.CHECKPOINTED_AND_STOPPED.exitCode());
    assertThat(parted.run()).as(parted.console()).isZero();

    assertThat(parted.models.resolve("out/adapter_model.safetensors"))
        .hasSameBinaryContentAs(whole.models.resolve("out/adapter_model.safetensors"));
  }

  @Test
  void aWorkerThatLostItsLastBlockGivesTheSameScores() throws IOException {
    var run = TinyRun.preference(folder).with("/objective/reference/pairsPerBatch", 1);
    assertThat(run.score(0)).as(run.console()).isZero();
    Map<String, String> before = blocks(run);
    assertThat(before).hasSizeGreaterThan(1);
    Path last = blockFiles(run).getLast();
    Files.delete(last);
    Files.delete(done(run, 0));

    assertThat(run.score(0)).as(run.console()).isZero();

    assertThat(blocks(run)).isEqualTo(before);
  }

  @Test
  void aMissingPairIsAnErrorAndNeverAZero() throws IOException {
    var run = scored();
    Path block = blockFiles(run).getFirst();
    String text = scores(block);
    rewrite(block, text.substring(text.indexOf('\n') + 1));

    assertRefused(run, "lacks 1 of 80 pairs");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a digit changed", "cut off", "the digest cut off"})
  void aDamagedBlockIsNamed(String damage) throws IOException {
    var run = scored();
    Path block = blockFiles(run).getFirst();
    String text = Files.readString(block);
    Files.writeString(
        block,
        switch (damage) {
          case "a digit changed" -> text.replaceFirst("\"chosen\":-", "\"chosen\":-1");
          case "cut off" -> text.substring(0, text.length() / 2);
          default -> scores(block);
        });

    assertRefused(run, block.getFileName() + " is not as it was written");
  }

  @Test
  void swappedScoresAreSeenBeforeTheFirstStep() throws IOException {
    var run = scored();
    for (Path block : blockFiles(run)) {
      rewrite(
          block,
          scores(block)
              .replace("\"chosen\"", "\"held\"")
              .replace("\"rejected\"", "\"chosen\"")
              .replace("\"held\"", "\"rejected\""));
    }

    assertRefused(run, "the starting model");
  }

  @Test
  void aReferenceOfAnotherModelIsNotFound() throws IOException {
    var run = scored();
    Path digest = done(run, 0).getParent();
    var other = TinyRun.preference(folder.resolve("other"));
    Files.writeString(
        other.models.resolve("base/config.json"),
        Files.readString(other.models.resolve("base/config.json")) + " ");
    assertThat(other.score(0)).as(other.console()).isZero();

    assertThat(done(other, 0).getParent().getFileName()).isNotEqualTo(digest.getFileName());
  }

  private TinyRun scored() throws IOException {
    var run = TinyRun.preference(folder.resolve("run"));
    assertThat(run.score(0) + run.score(1)).as(run.console()).isZero();
    return run;
  }

  private static String scores(Path block) throws IOException {
    String text = Files.readString(block);
    return text.substring(0, text.indexOf("sha256 "));
  }

  /** As a worker would have written it. */
  private static void rewrite(Path block, String scores) throws IOException {
    Files.writeString(block, scores + "sha256 " + Sha256.of(scores) + "\n");
  }

  private static void assertRefused(TinyRun run, String reason) throws IOException {
    assertThat(run.run()).isEqualTo(FailureCode.DATASET_INVALID.exitCode());
    assertThat(run.lastWords())
        .isInstanceOfSatisfying(
            TrainingReport.Failed.class, failed -> assertThat(failed.message()).contains(reason));
  }

  private static List<JsonNode> metrics(TinyRun run) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(run.workspace.resolve("metrics.jsonl"))) {
      lines.add(JSON.readTree(line));
    }
    return lines;
  }

  private static Map<String, String> blocks(TinyRun run) throws IOException {
    Map<String, String> blocks = new TreeMap<>();
    for (Path block : blockFiles(run)) {
      blocks.put(block.getFileName().toString(), Files.readString(block));
    }
    return blocks;
  }

  private static List<Path> blockFiles(TinyRun run) throws IOException {
    return files(run, "block-");
  }

  private static Path done(TinyRun run, int shard) throws IOException {
    return files(run, "shard-%05d".formatted(shard)).getFirst();
  }

  private static List<Path> files(TinyRun run, String prefix) throws IOException {
    try (Stream<Path> files = Files.walk(run.workspace.resolve("reference"))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(prefix))
          .sorted()
          .toList();
    }
  }
}
