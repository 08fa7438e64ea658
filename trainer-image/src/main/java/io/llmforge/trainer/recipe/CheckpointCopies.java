package io.llmforge.trainer.recipe;

import io.llmforge.crds.plan.TrainingReport.Copied;
import io.llmforge.trainer.checkpoint.Checkpoint;
import io.llmforge.trainer.checkpoint.CheckpointFolders;
import io.llmforge.trainer.checkpoint.Manifest;
import io.llmforge.trainer.fetch.FetchControl;
import io.llmforge.trainer.fetch.KeptFolders;
import io.llmforge.trainer.storage.Sha256;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Copies finished checkpoints to another place while training goes on, in a thread of its own: one
 * at a time, and of what is offered meanwhile only the newest. What fails is said once and tried
 * again with the next checkpoint; no run fails or waits for it, but for a bounded time at its end.
 */
final class CheckpointCopies implements AutoCloseable {

  private static final Duration LONGEST_CLOSING = Duration.ofSeconds(10);

  private final RemoteCheckpoints remote;
  private final RunSurroundings run;
  private final KeptFolders folders;
  private final StagedCopies staged;
  private final Map<String, String> there = new HashMap<>();
  private final Thread thread = new Thread(this::work, "checkpoint-copies");

  // Guarded by this.
  private List<Checkpoint> offered = List.of();
  private boolean isIdle = true;
  private boolean isComplete = true;
  private volatile boolean isClosed;
  private boolean hasWarned;

  private CheckpointCopies(RemoteCheckpoints remote) {
    this.remote = remote;
    this.run = remote.run();
    this.staged = StagedCopies.in(run.volumes().workspace(), run.console());
    this.folders = remote.foldersInSilence(() -> isClosed);
    thread.setDaemon(true);
  }

  static CheckpointCopies start(RemoteCheckpoints remote) {
    var copies = new CheckpointCopies(remote);
    copies.thread.start();
    return copies;
  }

  /**
   * Says which checkpoints the run has now; nothing is to be done when it has none.
   *
   * @param kept the ones that are needed most first
   */
  synchronized void offer(List<Checkpoint> kept) {
    if (kept.isEmpty()) {
      return;
    }
    offered = List.copyOf(kept);
    isIdle = false;
    notifyAll();
  }

  /** Waits until what was offered last is copied or has failed; false when it is not there. */
  private synchronized boolean await(Duration longest) {
    long end = System.nanoTime() + longest.toNanos();
    try {
      while (!isIdle) {
        long left = (end - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          return false;
        }
        wait(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return isIdle && isComplete;
  }

  /**
   * Waits for the newest copy as long as there is time.
   *
   * @param sinceStop how long ago the pod was told to end
   * @param others how long others that are closed at the end of a run may take
   */
  void finish(Duration sinceStop, Duration others) {
    Duration closing = LONGEST_CLOSING.plus(others);
    if (!await(remote.order().patience(closing).minus(sinceStop))) {
      run.console()
          .warning(
              "[checkpoints] the newest checkpoint is in the workspace alone: there was no time to copy it to %s"
                  .formatted(folders.text()));
    }
  }

  /**
   * Ends, and removes all copies: the result is there. The request under way may end first: a store
   * may carry out one that is given up, after all that follows it.
   */
  void remove() {
    end();
    join();
    close();
    staged.dropAll();
    run.progress().copiesForgotten();
    remote.remove();
  }

  @Override
  public void close() {
    end();
    thread.interrupt();
    join();
    folders.close();
  }

  private void join() {
    try {
      thread.join(LONGEST_CLOSING);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void end() {
    isClosed = true;
    notifyAll();
  }

  private void work() {
    try {
      staged.dropCopies();
      List<Checkpoint> kept = next(List.of());
      while (!isClosed) {
        boolean isDone = copy(kept);
        done(kept, isDone);
        kept = next(kept);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized List<Checkpoint> next(List<Checkpoint> before) throws InterruptedException {
    while (!isClosed && (offered == before || isIdle)) {
      wait();
    }
    return offered;
  }

  private synchronized void done(List<Checkpoint> kept, boolean isDone) {
    isComplete = isDone;
    isIdle = offered == kept;
    notifyAll();
  }

  private synchronized boolean isOutdated(List<Checkpoint> kept) {
    return offered != kept;
  }

  /** Whatever goes wrong here must not be the end of a run. */
  private boolean copy(List<Checkpoint> kept) {
    try {
      for (Checkpoint checkpoint : kept) {
        if (isOutdated(kept)) {
          return false;
        }
        copy(checkpoint);
      }
      forgetOthers(kept);
      staged.dropAll();
      return true;
    } catch (FetchControl.StoppedException e) {
      return false;
    } catch (IOException | RuntimeException e) {
      failed(e);
      return false;
    }
  }

  // A step may be saved again, with its evaluation, so a name does not say what a checkpoint is.
  private void copy(Checkpoint checkpoint) throws IOException {
    String name = checkpoint.folder().getFileName().toString();
    try {
      if (isLaid(checkpoint, name)) {
        send(name);
      }
      if (there.containsKey(name)) {
        run.progress().copied(new Copied(name, checkpoint.state().step(), folders.text()));
      }
    } finally {
      staged.dropCopy(name);
    }
  }

  /** Not so when there is nothing to be sent. */
  private boolean isLaid(Checkpoint checkpoint, String name) throws IOException {
    try {
      String digest = Sha256.of(checkpoint.folder().resolve(Manifest.FILE));
      if (isThere(name, digest)) {
        return false;
      }
      CheckpointCopy.lay(checkpoint, run.volumes().workspace(), staged.copy(name));
      there.put(name, digest);
      return true;
    } catch (NoSuchFileException e) {
      // Deleted or replaced since, so there are others that are needed more.
      return false;
    }
  }

  private boolean isThere(String name, String digest) {
    if (!there.containsKey(name)) {
      folders
          .digest(name, Manifest.FILE)
          .filter(copied -> copied.equals(digest) && folders.isWhole(name))
          .ifPresent(copied -> there.put(name, copied));
    }
    return digest.equals(there.get(name));
  }

  private void send(String name) {
    boolean isSent = false;
    try {
      folders.put(name, staged.copy(name));
      isSent = true;
    } finally {
      if (!isSent) {
        there.remove(name);
      }
    }
    hasWarned = false;
    run.console().line("[checkpoints] %s is copied to %s".formatted(name, folders.text()));
  }

  /** Deletes what this run has no more; never what is ahead of it. */
  private void forgetOthers(List<Checkpoint> kept) {
    Set<String> wanted = new HashSet<>();
    long newest = 0;
    for (Checkpoint checkpoint : kept) {
      wanted.add(checkpoint.folder().getFileName().toString());
      newest = Math.max(newest, checkpoint.state().step());
    }
    for (String name : folders.names()) {
      if (CheckpointFolders.isName(name)
          && !wanted.contains(name)
          && CheckpointFolders.step(name) < newest) {
        folders.delete(name);
        there.remove(name);
      }
    }
  }

  private void failed(Exception failure) {
    run.progress().copyFailed();
    if (hasWarned) {
      return;
    }
    hasWarned = true;
    String why =
        failure instanceof StorageException
            ? String.valueOf(failure.getMessage())
            : failure.toString();
    run.console()
        .warning(
            "[checkpoints] no copy in %s: %s; training goes on, and the next checkpoint is tried"
                .formatted(folders.text(), why));
  }
}
