package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.PlanJson;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.trainer.checkpoint.Checkpoint;
import io.llmforge.trainer.checkpoint.CheckpointFolders;
import io.llmforge.trainer.data.DatasetInvalidException;
import io.llmforge.trainer.report.MetricsFile;
import io.llmforge.trainer.storage.Sha256;
import io.llmforge.trainer.storage.StorageException;
import io.llmforge.trainer.tracking.EventFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a run keeps in its workspace while it trains. Checkpoints of another plan lie in another
 * folder, so that a run never goes on from what it did not make.
 *
 * @param checkpoints of this plan
 * @param resumed the checkpoint the run goes on from
 * @param metrics steps up to that checkpoint
 * @param events the same for TensorBoard
 */
record RunRecords(
    CheckpointFolders checkpoints,
    Optional<Checkpoint> resumed,
    MetricsFile metrics,
    EventFile events)
    implements AutoCloseable {

  static final String FOLDER = "checkpoints";
  private static final int DIGEST_CHARACTERS = 16;

  static RunRecords open(TrainingPlan plan, TrainingData data, RunSurroundings surroundings) {
    Path workspace = surroundings.volumes().workspace();
    String name = Sha256.of(PlanJson.write(plan)).substring(0, DIGEST_CHARACTERS);
    try {
      CheckpointFolders checkpoints =
          CheckpointFolders.open(
              workspace.resolve(FOLDER).resolve(name), surroundings.console()::warning);
      Optional<Checkpoint> newest = checkpoints.newest();
      newest.ifPresent(checkpoint -> requireSameData(checkpoint, data));
      Path metricsFile = workspace.resolve(MetricsFile.NAME);
      MetricsFile metrics =
          MetricsFile.open(
              metricsFile,
              newest.map(checkpoint -> checkpoint.state().metricsOffset()).orElse(0L),
              newest.map(checkpoint -> checkpoint.state().targets()).orElse(0L));
      EventFile events =
          EventFile.open(eventFile(workspace, plan), metricsFile, surroundings.clock());
      return new RunRecords(checkpoints, newest, metrics, events);
    } catch (IOException e) {
      throw StorageException.writing(workspace.toString(), e);
    }
  }

  /** Where TensorBoard finds a run, below the workspace or below what is published. */
  static Path eventFile(Path folder, TrainingPlan plan) {
    return EventFile.in(folder, "%s-%d".formatted(plan.run().name(), plan.run().number()));
  }

  /** Length of the metrics file; it and the events are on disk when this returns. */
  long flushed() throws IOException {
    events.flush();
    return metrics.flushed();
  }

  @Override
  public void close() {
    try (events) {
      metrics.close();
    } catch (IOException e) {
      throw StorageException.writing(MetricsFile.NAME, e);
    }
  }

  private static void requireSameData(Checkpoint checkpoint, TrainingData data) {
    if (!checkpoint.state().dataDigest().equals(data.digest())) {
      throw new DatasetInvalidException(
          "the training rows are not those that %s was trained on; put them back to go on, or start a new run"
              .formatted(checkpoint.folder().getFileName()));
    }
  }
}
