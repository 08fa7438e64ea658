package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.trainer.storage.WriteProbe;
import java.nio.file.Path;

/**
 * Where a run's result goes: the folder that is published in this pod, and the place that the
 * folder is brought to.
 *
 * @param publication the finished folder
 * @param delivery its way out of the cluster
 */
record RunPlaces(Publication publication, Delivery delivery) {

  /** Those of a run; refuses a workspace that cannot be written. */
  static RunPlaces of(TrainingPlan plan, RunSurroundings surroundings) {
    Path workspace = surroundings.volumes().workspace();
    WriteProbe.requireWritable(workspace.resolve(RunRecords.FOLDER), "the workspace");
    var delivery = new Delivery(plan, surroundings);
    return new RunPlaces(new Publication(plan, delivery.folder()), delivery);
  }

  /** Refuses a place for the result that cannot be written or is not ours. */
  void requireOutput() {
    publication.requirePossible();
    delivery.requirePossible();
  }
}
