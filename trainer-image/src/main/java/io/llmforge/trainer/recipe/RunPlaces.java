package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.trainer.storage.WriteProbe;
import java.nio.file.Path;

/**
 * Where a run writes: its workspace, the folder that is published in this pod, and the place that
 * the folder is brought to.
 *
 * @param workspace the run's own folder
 * @param publication the finished folder
 * @param delivery its way out of the cluster
 */
record RunPlaces(Path workspace, Publication publication, Delivery delivery) {

  static RunPlaces of(TrainingPlan plan, RunSurroundings surroundings) {
    var delivery = new Delivery(plan, surroundings);
    return new RunPlaces(
        surroundings.volumes().workspace(), new Publication(plan, delivery.folder()), delivery);
  }

  /** Refuses a workspace that cannot be written. */
  void requireWorkspace() {
    WriteProbe.requireWritable(workspace.resolve(RunRecords.FOLDER), "the workspace");
  }

  /** Refuses a place for the result that cannot be written or is not ours. */
  void requireOutput() {
    publication.requirePossible();
    delivery.requirePossible();
  }
}
