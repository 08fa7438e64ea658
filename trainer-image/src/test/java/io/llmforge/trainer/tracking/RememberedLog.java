package io.llmforge.trainer.tracking;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A log that remembers.
 *
 * @param said its lines; warnings say that they are
 * @param failures how often a server did not answer well
 */
record RememberedLog(Queue<String> said, AtomicInteger failures) implements TrackingLog {

  RememberedLog() {
    this(new ConcurrentLinkedQueue<>(), new AtomicInteger());
  }

  @Override
  public void line(String text) {
    said.add(text);
  }

  @Override
  public void warning(String text) {
    said.add("warning: " + text);
  }

  @Override
  public void failed() {
    failures.incrementAndGet();
  }
}
