package io.llmforge.localcluster.node;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Says once that something is to stop, and wakes whoever waits meanwhile. */
final class StopSignal {
  private final CountDownLatch latch = new CountDownLatch(1);

  void give() {
    latch.countDown();
  }

  boolean isGiven() {
    return latch.getCount() == 0;
  }

  /** Waits for the time or the signal; true when the signal was given. */
  boolean within(Duration time) throws InterruptedException {
    return latch.await(time.toMillis(), TimeUnit.MILLISECONDS);
  }
}
