package io.llmforge.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.crds.plan.TrainingReport.Metric;
import io.llmforge.trainer.checkpoint.ReferenceFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that share a cache: each finds the scores of another that needed the same. */
class SharedReferenceTest {

  private static final int PAIRS = 80;
  private static final int SHARDS = 2;

  @TempDir Path folder;

  private Path cache;

  @BeforeEach
  void nameTheCache() {
    cache = folder.resolve("shared/llmforge-cache");
  }

  @Test
  void anotherBetaFindsEveryScore() throws IOException {
    TinyRun first = run("first");
    assertThat(first.score(0)).as(first.console()).isZero();
    assertThat(counts(first)).isEqualTo(Map.of(Metric.PAIRS, 40.0, Metric.PAIRS_FOUND, 0.0));
    assertThat(first.score(1)).as(first.console()).isZero();
    TinyRun second = run("second").with("/objective/loss/beta", 0.5);

    for (int shard = 0; shard < SHARDS; shard++) {
      assertThat(second.score(shard)).as(second.console()).isZero();
      assertThat(counts(second)).isEqualTo(Map.of(Metric.PAIRS, 40.0, Metric.PAIRS_FOUND, 40.0));
    }
    assertThat(second.run()).as(second.console()).isZero();

    assertThat(second.console()).contains("40 of 40 pairs are scored already");
    assertThat(second.workspace.resolve("reference")).doesNotExist();
  }

  @Test
  void anotherNumberOfShardsFindsThemToo() throws IOException {
    TinyRun first = run("first");
    assertThat(first.score(0) + first.score(1)).as(first.console()).isZero();
    TinyRun second = run("second").with("/objective/reference/shards", 1);

    assertThat(second.score(0)).as(second.console()).isZero();
    assertThat(second.run()).as(second.console()).isZero();

    assertThat(second.console()).contains("80 of 80 pairs are scored already");
  }

  /** Processes of two runs, each shard twice at the same time, in blocks of 16 pairs. */
  @Test
  void runsThatScoreTheSameAtOnceLeaveEveryPairWhole() throws Exception {
    List<TinyRun> runs = List.of(run("first"), run("second"));
    List<Process> workers =
        List.of(
            ChildTrainer.startScoring(runs.get(0), 0),
            ChildTrainer.startScoring(runs.get(1), 0),
            ChildTrainer.startScoring(runs.get(0), 1),
            ChildTrainer.startScoring(runs.get(1), 1));

    for (Process worker : workers) {
      String log = new String(worker.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(worker.waitFor()).as(log).isZero();
    }

    try (Stream<Path> folders = Files.list(cache.resolve("reference"))) {
      List<Path> keys = folders.toList();
      assertThat(keys).hasSize(1);
      assertThat(new ReferenceFolder(keys.getFirst()).read()).hasSize(PAIRS);
      try (Stream<Path> files = Files.list(keys.getFirst())) {
        assertThat(files).noneMatch(file -> file.toString().endsWith(".partial"));
      }
    }
    for (TinyRun run : runs) {
      assertThat(run.run()).as(run.console()).isZero();
    }
    assertThat(adapter(runs.get(1))).hasSameBinaryContentAs(adapter(runs.get(0)));
  }

  private TinyRun run(String name) throws IOException {
    return TinyRun.preference(folder.resolve(name))
        .with("/objective/reference/pairsPerBatch", 1)
        .withCache(cache);
  }

  private static Map<String, Double> counts(TinyRun run) throws IOException {
    return run.lastWords().progress().metrics().stream()
        .collect(Collectors.toMap(Metric::name, Metric::value));
  }

  private static Path adapter(TinyRun run) {
    return run.models.resolve("out/adapter_model.safetensors");
  }
}
