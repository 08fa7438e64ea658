package io.llmforge.trainer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmforge.crds.plan.TrainingReport.Metric;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckpointFoldersTest {

  @TempDir Path folder;
  private final List<String> warnings = new ArrayList<>();

  @Test
  void newestCheckpointIsReadBackWhole() throws IOException {
    save(open(), 5, 2.0);
    save(open(), 10, 1.5);

    var newest = open().newest().orElseThrow();

    assertThat(newest.state()).isEqualTo(state(10, 1.5));
    assertThat(newest.artifact().resolve("weights")).hasContent("weights of step 10");
    assertThat(newest.trainer().resolve("moments")).hasContent("moments of step 10");
  }

  @Test
  void damagedCheckpointIsPassedOver() throws IOException {
    save(open(), 5, 2.0);
    save(open(), 10, 1.5);
    Files.writeString(folder.resolve("checkpoint-000010/trainer/moments"), "moments of step 11");

    assertThat(open().newest().orElseThrow().state().step()).isEqualTo(5);
    assertThat(warnings)
        .singleElement()
        .asString()
        .contains("checkpoint-000010")
        .contains("passed over");
  }

  @ParameterizedTest
  @CsvSource({"training-state/2, training-state/1", "\"guard\", \"watch\""})
  void checkpointOfAnotherReleaseIsNamed(String ours, String theirs) throws IOException {
    save(open(), 5, 2.0);
    var checkpoint = folder.resolve("checkpoint-000005");
    var state = checkpoint.resolve("trainer/state.json");
    Files.writeString(state, Files.readString(state).replace(ours, theirs));
    Manifest.write(checkpoint);

    assertThatThrownBy(this::open)
        .isInstanceOf(CheckpointFormatException.class)
        .hasMessageContaining("checkpoint-000005 was written by another release")
        .hasMessageContaining("spec.retryToken");
  }

  @Test
  void checkpointWithoutItsManifestIsPassedOver() throws IOException {
    save(open(), 5, 2.0);
    Files.delete(folder.resolve("checkpoint-000005/" + Manifest.FILE));

    assertThat(open().newest()).isEmpty();
  }

  @Test
  void saveThatFailsHalfWayLeavesNothing() throws IOException {
    save(open(), 5, 2.0);

    assertThatThrownBy(
            () ->
                open()
                    .save(
                        state(10, 1.5),
                        (artifact, trainer) -> {
                          Files.writeString(artifact.resolve("weights"), "half");
                          throw new IOException("disk full");
                        }))
        .hasMessage("disk full");

    assertThat(names()).containsExactly("checkpoint-000005");
    assertThat(open().newest().orElseThrow().state().step()).isEqualTo(5);
  }

  @Test
  void leftoverOfAKilledSaveIsCleared() throws IOException {
    Files.createDirectories(folder.resolve(".checkpoint-000010.partial/artifact"));

    open();

    assertThat(names()).isEmpty();
  }

  @Test
  void leftoverOfAKilledDeletionIsCleared() throws IOException {
    save(open(), 5, 2.0);
    save(open(), 10, 1.5);
    Files.move(folder.resolve("checkpoint-000005"), folder.resolve(".checkpoint-000005.deleted"));

    open();

    assertThat(names()).containsExactly("checkpoint-000010");
    assertThat(warnings).isEmpty();
  }

  /** Whenever it is killed, no half of a checkpoint has the name of a whole one. */
  @Test
  void checkpointThatIsNotKeptLosesItsNameFirst() throws Exception {
    var checkpoints = open();
    save(checkpoints, 5, 2.0);
    save(checkpoints, 10, 1.5);
    var created = new ArrayList<String>();
    try (var watch = FileSystems.getDefault().newWatchService()) {
      folder.register(watch, StandardWatchEventKinds.ENTRY_CREATE);

      checkpoints.retain(1);

      Files.createFile(folder.resolve("done"));
      while (!created.contains("done")) {
        var key = watch.take();
        key.pollEvents().forEach(event -> created.add(String.valueOf(event.context())));
        key.reset();
      }
    }
    assertThat(created).containsExactly(".checkpoint-000005.deleted", "done");
    assertThat(names()).containsExactly("checkpoint-000010", "done");
  }

  @Test
  void bestAndNewestAreKept() throws IOException {
    var checkpoints = open();
    double[] losses = {2.0, 1.0, 1.5, 1.2, 1.8};
    for (int index = 0; index < losses.length; index++) {
      save(checkpoints, index + 1, losses[index]);
      checkpoints.retain(2);
    }

    assertThat(names())
        .containsExactly("checkpoint-000002", "checkpoint-000004", "checkpoint-000005");
    assertThat(checkpoints.best().orElseThrow().state().step()).isEqualTo(2);
  }

  @Test
  void newestAreKeptWhenNothingIsEvaluated() throws IOException {
    var checkpoints = open();
    for (int step = 1; step <= 4; step++) {
      save(checkpoints, step, null);
      checkpoints.retain(2);
    }

    assertThat(names()).containsExactly("checkpoint-000003", "checkpoint-000004");
    assertThat(checkpoints.best().orElseThrow().state().step()).isEqualTo(4);
  }

  @Test
  void checkpointSavedBetweenEvaluationsIsNotTheBest() throws IOException {
    var checkpoints = open();
    save(checkpoints, 4, 3.0);
    checkpoints.save(
        new TrainingState(
            TrainingState.SCHEMA,
            "data",
            5,
            0,
            0,
            4L,
            3.0,
            EvaluationTrend.INITIAL,
            GuardState.INITIAL,
            List.of(),
            0),
        (artifact, trainer) -> {});

    assertThat(checkpoints.best().orElseThrow().state().step()).isEqualTo(4);
    assertThat(checkpoints.newest().orElseThrow().state().step()).isEqualTo(5);
  }

  private CheckpointFolders open() throws IOException {
    return CheckpointFolders.open(folder, warnings::add);
  }

  private static void save(CheckpointFolders checkpoints, long step, @Nullable Double loss)
      throws IOException {
    checkpoints.save(
        state(step, loss),
        (artifact, trainer) -> {
          Files.writeString(artifact.resolve("weights"), "weights of step " + step);
          Files.writeString(trainer.resolve("moments"), "moments of step " + step);
        });
  }

  private static TrainingState state(long step, @Nullable Double loss) {
    var metrics = List.of(new Metric(Metric.PERPLEXITY, Double.POSITIVE_INFINITY, step, 2, 1, 1));
    return new TrainingState(
        TrainingState.SCHEMA,
        "data",
        step,
        100,
        50,
        loss == null ? null : step,
        loss,
        new EvaluationTrend(loss, 2),
        new GuardState(List.of(3L, 9L), 1, 40.5, 2.25, 2.0, 7),
        metrics,
        7);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> children = Files.list(folder)) {
      return children.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }
}
