package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.Location;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.trainer.checkpoint.Checkpoint;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether a run takes over the result of one before it, and what one after it needs to do so.
 *
 * @param content what the result follows from, or null where results go with their run
 * @param report what the run is completed with, or null when it has to train
 */
record Adoption(@Nullable ContentDigest content, TrainingReport.@Nullable Completed report) {

  /** Looks, before anything is loaded, at the place where the plan wants the result. */
  static Adoption of(TrainingPlan plan, ModelSourceFolders folders, RunSurroundings run) {
    if (plan.output().location() instanceof Location.Workspace) {
      return new Adoption(null, null);
    }
    ContentDigest content = ContentDigest.of(plan, folders, run);
    Optional<TrainingReport.Completed> earlier =
        new EarlierResult(plan, new Delivery(plan, run), run).find(content);
    return new Adoption(content, earlier.orElse(null));
  }

  /**
   * As a trainer looks, which reaches nothing outside the cluster: what lies there, the preflight
   * has looked at.
   */
  static Adoption withinCluster(
      TrainingPlan plan, ModelSourceFolders folders, RunSurroundings run) {
    return plan.remoteOutput().isPresent()
        ? new Adoption(ContentDigest.of(plan, folders, run), null)
        : of(plan, folders, run);
  }

  /** Writes, into the workspace, what is published beside the result. */
  void offer(Checkpoint checkpoint, RunSurroundings run) {
    if (content == null) {
      return;
    }
    Path workspace = run.volumes().workspace();
    try {
      PublishedResult.of(content, run.progress().progress(), checkpoint.state().step())
          .write(workspace);
    } catch (IOException e) {
      throw StorageException.writing(workspace.resolve(PublishedResult.FILE).toString(), e);
    }
  }
}
