package io.llmforge.localcluster.control;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.lang.System.Logger.Level;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Handles keys one after the other on a single thread. A key that waits is not queued twice; a key
 * whose handler fails comes back after a growing delay.
 */
public final class KeyedWorkQueue implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(KeyedWorkQueue.class.getName());

  /** Looks at one key; a returned delay asks for another look even if nothing happens. */
  @FunctionalInterface
  public interface Handler {
    Optional<Duration> handle(String key);
  }

  private final Handler handler;
  private final Backoff retry;
  private final ScheduledExecutorService worker;
  private final Set<String> waiting = new HashSet<>();
  private final Map<String, ScheduledFuture<?>> alarms = new HashMap<>();
  private final Map<String, Integer> failures = new HashMap<>();

  public KeyedWorkQueue(String name, Backoff retry, Handler handler) {
    this.handler = handler;
    this.retry = retry;
    this.worker =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name(name).daemon(true).factory());
  }

  public synchronized void add(String key) {
    if (worker.isShutdown() || !waiting.add(key)) {
      return;
    }
    try {
      worker.execute(() -> handle(key));
    } catch (RejectedExecutionException closedMeanwhile) {
      waiting.remove(key);
    }
  }

  private void handle(String key) {
    synchronized (this) {
      waiting.remove(key);
      var alarm = alarms.remove(key);
      if (alarm != null) {
        alarm.cancel(false);
      }
    }
    try {
      var lookAgain = handler.handle(key);
      failures.remove(key);
      lookAgain.ifPresent(delay -> addLater(key, delay));
    } catch (KubernetesClientException e) {
      retry(key, e, e.getCode() == HttpURLConnection.HTTP_CONFLICT ? Level.DEBUG : Level.WARNING);
    } catch (RuntimeException e) {
      retry(key, e, Level.WARNING);
    }
  }

  private void retry(String key, RuntimeException failure, Level level) {
    if (worker.isShutdown()) {
      return;
    }
    var delay = retry.after(failures.merge(key, 1, Integer::sum));
    LOG.log(level, "key=" + key + " retryIn=" + delay, failure);
    addLater(key, delay);
  }

  private synchronized void addLater(String key, Duration delay) {
    if (worker.isShutdown()) {
      return;
    }
    try {
      var previous =
          alarms.put(
              key, worker.schedule(() -> add(key), delay.toMillis() + 1, TimeUnit.MILLISECONDS));
      if (previous != null) {
        previous.cancel(false);
      }
    } catch (RejectedExecutionException closedMeanwhile) {
      LOG.log(Level.DEBUG, "closed while key={0} waited", key);
    }
  }

  /** Lets a running handler come to its end, then stops; waiting keys are dropped. */
  @Override
  public void close() {
    worker.shutdownNow();
    try {
      if (!worker.awaitTermination(10, TimeUnit.SECONDS)) {
        LOG.log(Level.WARNING, "a controller is still busy 10 s after it was told to stop");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
