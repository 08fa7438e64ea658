package io.llmforge.localcluster.node.container;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Reads a file that may still grow, until its writer has ended. */
final class LogStream extends InputStream {
  private static final Duration POLL = Duration.ofMillis(100);

  private final RandomAccessFile file;
  private final BooleanSupplier hasEnded;
  private long bytesLeft;
  private volatile boolean closed;

  LogStream(Path path, long start, long limitBytes, BooleanSupplier hasEnded) throws IOException {
    this.file = new RandomAccessFile(path.toFile(), "r");
    this.file.seek(start);
    this.bytesLeft = limitBytes;
    this.hasEnded = hasEnded;
  }

  @Override
  public int read() throws IOException {
    var one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (bytesLeft <= 0) {
      return -1;
    }
    while (!closed) {
      // Asked before reading: what was written before the end is then read by the last look.
      var last = hasEnded.getAsBoolean();
      var count = file.read(bytes, offset, (int) Math.min(length, bytesLeft));
      if (count > 0) {
        bytesLeft -= count;
        return count;
      }
      if (last) {
        return -1;
      }
      pause();
    }
    return -1;
  }

  private static void pause() throws InterruptedIOException {
    try {
      Thread.sleep(POLL);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for the log to grow");
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    file.close();
  }
}
