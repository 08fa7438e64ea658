package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.Location;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.crds.plan.TrainingReport.Output;
import io.llmforge.trainer.checkpoint.Manifest;
import io.llmforge.trainer.fetch.FetchControl;
import io.llmforge.trainer.fetch.FolderUpload;
import io.llmforge.trainer.fetch.RemoteSettings;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Brings what was published to where the plan wants it, when that is outside the cluster: the
 * folder is finished in the workspace and copied from there.
 *
 * @param plan the run's plan
 */
record Delivery(TrainingPlan plan, RunSurroundings surroundings) {

  private static final String FOLDER = "output";

  /** The folder that is published in this pod. */
  Path folder() {
    return remote().isPresent()
        ? surroundings.volumes().workspace().resolve(FOLDER)
        : surroundings.volumes().target(plan.output().location());
  }

  /** Refuses, before anything is trained, a place that could not be written. */
  void requirePossible() {
    remote()
        .ifPresent(
            place ->
                upload(place).requirePossible(Manifest.FILE, surroundings.volumes().workspace()));
  }

  /**
   * Copies the folder.
   *
   * @return what was published, where it is now; nothing when the pod is asked to end before all is
   *     there
   */
  Optional<Output> deliver(Output published) {
    try {
      return Optional.of(
          remote()
              .map(place -> published.withLocation(upload(place).run(content())))
              .orElse(published));
    } catch (FetchControl.StoppedException e) {
      return Optional.empty();
    }
  }

  private FolderUpload.Folder content() {
    Path folder = folder();
    try {
      return new FolderUpload.Folder(
          folder,
          Manifest.read(folder).files().stream()
              .map(file -> new FolderUpload.Content(file.path(), file.bytes(), file.sha256()))
              .toList(),
          Manifest.FILE);
    } catch (IOException e) {
      throw StorageException.reading(folder.toString(), e);
    }
  }

  private Optional<Location.Remote> remote() {
    return plan.output().location() instanceof Location.Remote place
        ? Optional.of(place)
        : Optional.empty();
  }

  private FolderUpload upload(Location.Remote place) {
    var control =
        new FetchControl(
            surroundings.control()::isStopRequested, Thread::sleep, surroundings.console());
    return FolderUpload.to(
        place, new RemoteSettings(surroundings.environment()), control, surroundings.clock());
  }
}
