package io.llmforge.cli.run;

import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;

/**
 * What a run has started, closed in reverse order when the run ends or the process is told to stop,
 * for example by Ctrl-C.
 */
final class StartedParts implements AutoCloseable {

  private final PrintStream out;
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final Thread stopper = new Thread(this::stop, "stop");

  private volatile boolean stopping;

  StartedParts(PrintStream out) {
    this.out = out;
    Runtime.getRuntime().addShutdownHook(stopper);
  }

  <T extends AutoCloseable> T add(T part) {
    synchronized (parts) {
      parts.push(part);
    }
    return part;
  }

  /**
   * Waits for the end of the process when it is being stopped: what fails now fails because its
   * counterpart is gone, and says nothing.
   */
  void holdWhenStopping() throws InterruptedException {
    if (stopping) {
      new CountDownLatch(1).await();
    }
  }

  @Override
  public void close() {
    if (stopping) {
      return; // The stopper is at it.
    }
    Runtime.getRuntime().removeShutdownHook(stopper);
    closeAll();
  }

  private void stop() {
    stopping = true;
    out.printf("%nStopping everything that was started ...%n");
    out.flush();
    closeAll();
  }

  private void closeAll() {
    synchronized (parts) {
      while (!parts.isEmpty()) {
        close(parts.pop());
      }
    }
  }

  private void close(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) { // The others must be closed all the same.
      out.println("could not stop %s: %s".formatted(part.getClass().getSimpleName(), e));
    }
  }
}
