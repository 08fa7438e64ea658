package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.Location;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.crds.plan.TrainingReport.Output;
import io.llmforge.trainer.checkpoint.Manifest;
import io.llmforge.trainer.fetch.FetchControl;
import io.llmforge.trainer.fetch.FolderUpload;
import io.llmforge.trainer.fetch.RemoteSettings;
import io.llmforge.trainer.storage.Sha256;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Brings what was published to where the plan wants it, when that is outside the cluster: the
 * folder is finished in the workspace and copied from there.
 *
 * @param plan the run's plan
 */
record Delivery(TrainingPlan plan, RunSurroundings surroundings) {

  private static final String FOLDER = "output";

  /** The folder that a trainer publishes or, when the result leaves the cluster, finishes. */
  Path folder() {
    return plan.remoteOutput().isPresent()
        ? surroundings.volumes().workspace().resolve(FOLDER)
        : surroundings.volumes().target(plan.output().location());
  }

  /** Refuses a place outside the cluster that could not be written. */
  void requirePossible() {
    plan.remoteOutput()
        .ifPresent(
            place ->
                upload(place).requirePossible(Manifest.FILE, surroundings.volumes().workspace()));
  }

  /**
   * Copies the folder to its place outside the cluster.
   *
   * @return what was published, where it is now
   * @throws FetchControl.StoppedException when the pod is asked to end before all is there
   */
  Output deliver(Output finished) {
    return finished.withLocation(upload(plan.remoteOutput().orElseThrow()).run(content()));
  }

  /**
   * A result that is whole.
   *
   * @param place where it is
   * @param digest of its manifest
   * @param bytes of all its files
   */
  record Complete(String place, String digest, long bytes) {}

  /** A file of what lies where the plan wants the result. */
  Optional<String> read(String name) throws IOException {
    if (plan.remoteOutput().isPresent()) {
      return upload(plan.remoteOutput().get())
          .read(name)
          .map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }
    Path file = folder().resolve(name);
    return Files.isRegularFile(file) ? Optional.of(Files.readString(file)) : Optional.empty();
  }

  /** What lies there, when it is what its manifest says, file by file. */
  Optional<Complete> verified() throws IOException {
    Optional<String> text = read(Manifest.FILE);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Optional<Manifest> manifest = Manifest.parse(text.get());
    String digest = "sha256:" + Sha256.of(text.get());
    return manifest.isEmpty()
        ? Optional.empty()
        : place(manifest.get()).map(place -> new Complete(place, digest, manifest.get().bytes()));
  }

  private Optional<String> place(Manifest manifest) throws IOException {
    if (plan.remoteOutput().isPresent()) {
      return upload(plan.remoteOutput().get()).holds(contents(manifest));
    }
    return Manifest.problem(folder()).isEmpty()
        ? Optional.of(plan.output().location().text())
        : Optional.empty();
  }

  private FolderUpload.Folder content() {
    Path folder = folder();
    try {
      return new FolderUpload.Folder(folder, contents(Manifest.read(folder)), Manifest.FILE);
    } catch (IOException e) {
      throw StorageException.reading(folder.toString(), e);
    }
  }

  private static List<FolderUpload.Content> contents(Manifest manifest) {
    return manifest.files().stream()
        .map(file -> new FolderUpload.Content(file.path(), file.bytes(), file.sha256()))
        .toList();
  }

  private FolderUpload upload(Location.Remote place) {
    var control =
        new FetchControl(
            surroundings.control()::isStopRequested, Thread::sleep, surroundings.console());
    return FolderUpload.to(
        place, new RemoteSettings(surroundings.environment()), control, surroundings.clock());
  }
}
