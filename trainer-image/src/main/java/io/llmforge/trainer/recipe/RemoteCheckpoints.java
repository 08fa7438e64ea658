package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.Location;
import io.llmforge.crds.plan.PodContract;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.trainer.fetch.FetchControl;
import io.llmforge.trainer.fetch.KeptFolders;
import io.llmforge.trainer.fetch.RemoteSettings;
import io.llmforge.trainer.report.ConsoleProgress;
import io.llmforge.trainer.storage.StorageException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * The copies of a run's checkpoints outside its workspace. Their folder is named by everything the
 * run's result follows from, so that whoever computes the same goes on from them, and nobody else.
 *
 * @param order where they go, and how long the last of them may take
 * @param content what the run's result follows from
 */
record RemoteCheckpoints(CopyOrder order, ContentDigest content, RunSurroundings run) {

  private static final Duration LONGEST_REMOVAL = Duration.ofSeconds(20);

  /** Nothing when checkpoints stay in the workspace. */
  static Optional<RemoteCheckpoints> of(
      TrainingPlan plan, ModelSourceFolders folders, RunSurroundings run) {
    return run.copies()
        .map(order -> new RemoteCheckpoints(order, ContentDigest.of(plan, folders, run), run));
  }

  /** Those of a run of which only that is known. */
  static Optional<RemoteCheckpoints> of(ContentDigest content, RunSurroundings run) {
    return run.copies().map(order -> new RemoteCheckpoints(order, content, run));
  }

  /** Refuses, before anything is trained, a place that cannot be written. */
  void requireWritable() {
    try (KeptFolders folders = folders(run.control()::isStopRequested)) {
      folders.requireWritable(run.volumes().workspace());
    }
  }

  /**
   * Brings copies back to a workspace that has no checkpoint.
   *
   * @param checkpoints folder of the plan's checkpoints in it
   */
  void restore(Path checkpoints) {
    try (KeptFolders folders = folders(run.control()::isStopRequested)) {
      new CheckpointRestore(folders, run.volumes().workspace(), run.console()).into(checkpoints);
    }
  }

  /** Begins to copy what is offered. */
  CheckpointCopies start() {
    return CheckpointCopies.start(this);
  }

  /** Removes all of them: the result is there. */
  void remove() {
    long end = System.nanoTime() + LONGEST_REMOVAL.toNanos();
    try (KeptFolders folders = folders(() -> System.nanoTime() > end)) {
      remove(folders);
    }
  }

  private void remove(KeptFolders folders) {
    try {
      folders.names().forEach(folders::delete);
    } catch (StorageException e) {
      left(folders, String.valueOf(e.getMessage()));
    } catch (FetchControl.StoppedException e) {
      left(folders, "it took too long");
    }
  }

  private void left(KeptFolders folders, String why) {
    run.console()
        .warning(
            "[checkpoints] %s has checkpoints that nobody needs any more and that could not be deleted (%s); delete them"
                .formatted(folders.text(), why));
  }

  /** For a thread that says itself, once, what does not work. */
  KeptFolders foldersInSilence(BooleanSupplier isStopped) {
    var silence = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    return folders(isStopped, new ConsoleProgress(silence, run.clock()));
  }

  private KeptFolders folders(BooleanSupplier isStopped) {
    return folders(isStopped, run.console());
  }

  private KeptFolders folders(BooleanSupplier isStopped, ConsoleProgress console) {
    var control = new FetchControl(isStopped, Thread::sleep, console);
    String name = content.text().substring(content.text().indexOf(':') + 1);
    Location place = order.place().below(name);
    if (place instanceof Location.RemoteFolder folder) {
      var settings = new RemoteSettings(run.environment()).below(PodContract.CHECKPOINTS_PREFIX);
      return KeptFolders.inStore(folder, settings, control);
    }
    return KeptFolders.inClaim(run.volumes().target(place), place.text(), control);
  }
}
