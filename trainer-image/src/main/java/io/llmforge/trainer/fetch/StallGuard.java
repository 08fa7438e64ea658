package io.llmforge.trainer.fetch;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Ends a download on which nothing arrives any more: java.net.http has a time limit for answers and
 * none for their bodies.
 */
final class StallGuard extends FilterInputStream {

  private static final ScheduledExecutorService WATCH =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("stalled-downloads").factory());

  private final Duration longest;
  private final ScheduledFuture<?> check;
  private volatile long lastArrival = System.nanoTime();
  private volatile boolean stalled;

  StallGuard(InputStream bytes, Duration longest) {
    super(bytes);
    this.longest = longest;
    long period = Math.max(1, longest.toMillis() / 4);
    check = WATCH.scheduleAtFixedRate(this::check, period, period, TimeUnit.MILLISECONDS);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    try {
      int read = in.read(buffer, offset, length);
      lastArrival = System.nanoTime();
      return read;
    } catch (IOException e) {
      if (stalled) {
        throw new IOException("nothing arrived for %d s".formatted(longest.toSeconds()), e);
      }
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    check.cancel(false);
    super.close();
  }

  private void check() {
    if (System.nanoTime() - lastArrival < longest.toNanos()) {
      return;
    }
    stalled = true;
    check.cancel(false);
    try {
      in.close();
    } catch (IOException e) {
      // The reader finds out by itself.
    }
  }
}
