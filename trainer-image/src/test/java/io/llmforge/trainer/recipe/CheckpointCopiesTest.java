package io.llmforge.trainer.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.crds.plan.CheckpointPlace;
import io.llmforge.trainer.checkpoint.Checkpoint;
import io.llmforge.trainer.checkpoint.CheckpointFolders;
import io.llmforge.trainer.checkpoint.EvaluationTrend;
import io.llmforge.trainer.checkpoint.GuardState;
import io.llmforge.trainer.checkpoint.TrainingState;
import io.llmforge.trainer.report.ConsoleProgress;
import io.llmforge.trainer.report.MetricsFile;
import io.llmforge.trainer.report.ProgressTracker;
import io.llmforge.trainer.storage.Volumes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the thread that copies checkpoints leaves in the workspace and says to the status. */
class CheckpointCopiesTest {

  private static final String CONTENT = "0123";

  @TempDir Path folder;
  private Path workspace;
  private Path copies;
  private ProgressTracker progress = new ProgressTracker(InstantSource.system());
  private final ByteArrayOutputStream console = new ByteArrayOutputStream();

  @BeforeEach
  void makeWorkspace() throws IOException {
    workspace = Files.createDirectories(folder.resolve("workspace"));
    copies = Files.createDirectories(folder.resolve("models")).resolve("copies");
    Files.writeString(workspace.resolve(MetricsFile.NAME), "");
  }

  @Test
  void copyThatFailedHoldsNoRoomInTheWorkspace() throws IOException {
    Files.writeString(copies, "not a folder");
    Path killed = workspace.resolve("checkpoint-copy/checkpoint-000002");
    Path note = workspace.resolve("checkpoint-copy/.upload-77");
    Files.createDirectories(killed);
    Files.writeString(killed.resolve("weights"), "of a process that was killed");
    Files.writeString(note, "what the store calls it");

    copy(save(4, 2.0));

    assertThat(console()).contains("[checkpoints] no copy in pvc://models/copies/0123");
    assertThat(names(workspace.resolve("checkpoint-copy"))).containsExactly(".upload-77");
    assertThat(note).hasContent("what the store calls it");
    Files.delete(copies);
    copy(save(6, 1.0));
    assertThat(copies.resolve(CONTENT + "/checkpoint-000006/COPY.json")).exists();
    assertThat(workspace.resolve("checkpoint-copy")).doesNotExist();
  }

  /** Older ones are copied after it, and by the next attempt none, as all are there. */
  @Test
  void newestCopyIsTheOneThatIsReported() throws IOException {
    save(2, 2.0);
    save(4, 1.0);
    List<Checkpoint> kept = save(6, 3.0);
    assertThat(kept)
        .extracting(checkpoint -> checkpoint.state().step())
        .containsExactly(4L, 6L, 2L);

    copy(kept);

    assertThat(progress.progress().copied().step()).isEqualTo(6);
    progress = new ProgressTracker(InstantSource.system());
    copy(kept);
    assertThat(progress.progress().copied().step()).isEqualTo(6);
    assertThat(progress.progress().copied().name()).isEqualTo("checkpoint-000006");
    assertThat(console().split(" is copied to ", -1)).hasSize(4);
  }

  private void copy(List<Checkpoint> kept) {
    var order = new CopyOrder(CheckpointPlace.parse("pvc://models/copies"), Duration.ofMinutes(10));
    var out = new PrintStream(console, true, StandardCharsets.UTF_8);
    var run =
        new RunSurroundings(
            new Volumes(workspace, Map.of("models", copies.getParent())),
            new RunControl(),
            progress,
            new ConsoleProgress(out, InstantSource.system()),
            InstantSource.system(),
            HostMemory.ofThisProcess(),
            Map.of(),
            1,
            Optional.of(order));
    try (var copier =
        new RemoteCheckpoints(order, new ContentDigest("sha256:" + CONTENT), run).start()) {
      copier.offer(kept);
      copier.finish(Duration.ZERO, Duration.ZERO);
    }
  }

  /** All that there are then, those first that are needed most. */
  private List<Checkpoint> save(long step, double loss) throws IOException {
    var checkpoints =
        CheckpointFolders.open(
            workspace.resolve("checkpoints"),
            warning -> {
              throw new AssertionError(warning);
            });
    checkpoints.save(
        new TrainingState(
            TrainingState.SCHEMA,
            "data",
            step,
            0,
            0,
            step,
            loss,
            EvaluationTrend.INITIAL,
            GuardState.INITIAL,
            List.of(),
            0),
        (artifact, trainer) -> Files.writeString(artifact.resolve("weights"), "of step " + step));
    return checkpoints.inOrderOfNeed();
  }

  private String console() {
    return console.toString(StandardCharsets.UTF_8);
  }

  private static List<String> names(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
