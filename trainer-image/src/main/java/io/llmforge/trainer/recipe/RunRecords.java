package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.PlanJson;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.trainer.checkpoint.Checkpoint;
import io.llmforge.trainer.checkpoint.CheckpointFolders;
import io.llmforge.trainer.data.DatasetInvalidException;
import io.llmforge.trainer.distributed.TrainingGroup;
import io.llmforge.trainer.report.MetricsFile;
import io.llmforge.trainer.storage.Sha256;
import io.llmforge.trainer.storage.StorageException;
import io.llmforge.trainer.tracking.EventFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a run keeps in its workspace while it trains. Checkpoints of another plan lie in another
 * folder, so that a run never goes on from what it did not make. Of a group, rank 0 alone writes.
 *
 * @param folder of the checkpoints
 * @param checkpoints of this plan, on rank 0
 * @param resumed the checkpoint the run goes on from
 * @param files steps up to that checkpoint, on rank 0
 * @param copies of checkpoints in another place, on rank 0
 */
record RunRecords(
    Path folder,
    Optional<CheckpointFolders> checkpoints,
    Optional<Checkpoint> resumed,
    Optional<RunFiles> files,
    Optional<CheckpointCopies> copies)
    implements AutoCloseable {

  static final String FOLDER = "checkpoints";
  private static final int DIGEST_CHARACTERS = 16;

  /**
   * Opens what is there, or was copied elsewhere; of a group, rank 0 looks which checkpoint is
   * good, and tells the rest.
   */
  static RunRecords open(
      TrainingData data, StartingModel start, RunSurroundings surroundings, TrainingGroup group) {
    TrainingPlan plan = start.plan();
    if (group.isFirst()) {
      Optional<RemoteCheckpoints> remote =
          RemoteCheckpoints.of(plan, start.folders(), surroundings);
      RunRecords records = open(plan, data, surroundings, remote);
      group.broadcast(
          records
              .resumed()
              .map(checkpoint -> checkpoint.folder().getFileName().toString())
              .orElse("")
              .getBytes(StandardCharsets.UTF_8));
      return records;
    }
    Path folder = folder(plan, surroundings);
    String name = new String(group.broadcast(new byte[0]), StandardCharsets.UTF_8);
    Optional<Checkpoint> resumed = name.isEmpty() ? Optional.empty() : read(folder.resolve(name));
    return new RunRecords(folder, Optional.empty(), resumed, Optional.empty(), Optional.empty());
  }

  private static Optional<Checkpoint> read(Path checkpoint) {
    try {
      return Optional.of(Checkpoint.read(checkpoint));
    } catch (IOException e) {
      throw StorageException.reading(
          "%s, which rank 0 goes on from; all ranks need one workspace".formatted(checkpoint), e);
    }
  }

  private static Path folder(TrainingPlan plan, RunSurroundings surroundings) {
    String name = Sha256.of(PlanJson.write(plan)).substring(0, DIGEST_CHARACTERS);
    return surroundings.volumes().workspace().resolve(FOLDER).resolve(name);
  }

  private static RunRecords open(
      TrainingPlan plan,
      TrainingData data,
      RunSurroundings surroundings,
      Optional<RemoteCheckpoints> remote) {
    Path workspace = surroundings.volumes().workspace();
    Path folder = folder(plan, surroundings);
    try {
      CheckpointFolders checkpoints = checkpoints(folder, surroundings, remote);
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
      return new RunRecords(
          folder,
          Optional.of(checkpoints),
          newest,
          Optional.of(new RunFiles(metrics, events)),
          remote.map(RemoteCheckpoints::start));
    } catch (IOException e) {
      throw StorageException.writing(workspace.toString(), e);
    }
  }

  private static CheckpointFolders checkpoints(
      Path folder, RunSurroundings surroundings, Optional<RemoteCheckpoints> remote)
      throws IOException {
    CheckpointFolders checkpoints = CheckpointFolders.open(folder, surroundings.console()::warning);
    if (remote.isEmpty() || checkpoints.newest().isPresent()) {
      return checkpoints;
    }
    remote.get().restore(folder);
    return CheckpointFolders.open(folder, surroundings.console()::warning);
  }

  /** Offers what there is now to whoever copies it. */
  void copy() {
    checkpoints.ifPresent(
        folders -> copies.ifPresent(copier -> copier.offer(folders.inOrderOfNeed())));
  }

  /** Where TensorBoard finds a run, below the workspace or below what is published. */
  static Path eventFile(Path folder, TrainingPlan plan) {
    return EventFile.in(folder, "%s-%d".formatted(plan.run().name(), plan.run().number()));
  }

  @Override
  public void close() {
    copies.ifPresent(CheckpointCopies::close);
    try {
      if (files.isPresent()) {
        files.get().close();
      }
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
