package io.llmforge.trainer.distributed;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Signs of life on every control connection, also while the process computes. */
final class Heart implements AutoCloseable {

  private static final Frame ALIVE = Frame.of(Frame.Kind.ALIVE);

  private final List<ControlLink> links = new CopyOnWriteArrayList<>();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Duration pause;

  Heart(GroupTimes times) {
    this.pause = times.heartbeat();
    Thread.ofPlatform().daemon().name("heartbeat").start(this::beat);
  }

  private void beat() {
    try {
      while (!stopped.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
        links.forEach(link -> link.send(ALIVE));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  void add(ControlLink link) {
    links.add(link);
  }

  @Override
  public void close() {
    stopped.countDown();
  }
}
