package io.llmforge.trainer.fetch;

import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Keeps other processes from fetching the same source. The operating system holds the lock, so a
 * process that is killed leaves none behind.
 */
final class SourceLock implements AutoCloseable {

  private static final Duration PAUSE = Duration.ofMillis(500);

  private final FileChannel channel;

  private SourceLock(FileChannel channel) {
    this.channel = channel;
  }

  /** Waits until nobody else holds the file. */
  static SourceLock of(Path file, String what, FetchControl control) {
    SourceLock lock = new SourceLock(open(file));
    try {
      boolean told = false;
      while (tryLock(lock.channel) == null) {
        if (!told) {
          control.console().line("[fetch] %s: another pod fetches it; waiting".formatted(what));
          told = true;
        }
        control.await(PAUSE);
      }
      return lock;
    } catch (IOException e) {
      lock.close();
      throw StorageException.writing(file.toString(), e);
    } catch (FetchControl.StoppedException e) {
      lock.close();
      throw e;
    }
  }

  private static FileChannel open(Path file) {
    try {
      return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw StorageException.writing(file.toString(), e);
    }
  }

  // Within one process a lock that another thread holds is an exception.
  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw StorageException.writing("the lock of a source", e);
    }
  }
}
