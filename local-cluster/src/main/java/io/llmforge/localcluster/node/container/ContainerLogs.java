package io.llmforge.localcluster.node.container;

import io.llmforge.localcluster.api.PodLogs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Serves the logs of containers on this node. Times of lines are not kept, so they cannot be asked
 * for.
 */
public final class ContainerLogs implements PodLogs {
  private record Key(String namespace, String pod, String container) {}

  /**
   * The log of one attempt.
   *
   * @param ended set when nothing more will be written
   */
  private record Attempt(Path file, AtomicBoolean ended) {}

  private final Map<Key, Attempt> current = new ConcurrentHashMap<>();
  private final Map<Key, Attempt> previous = new ConcurrentHashMap<>();

  /** Called before the attempt writes. */
  public void begin(String namespace, String pod, String container, Path file) {
    var key = new Key(namespace, pod, container);
    var before = current.put(key, new Attempt(file, new AtomicBoolean()));
    if (before != null) {
      before.ended().set(true);
      previous.put(key, before);
    }
  }

  /** Called when the attempt has written its last byte. */
  public void end(String namespace, String pod, String container) {
    var attempt = current.get(new Key(namespace, pod, container));
    if (attempt != null) {
      attempt.ended().set(true);
    }
  }

  /** Called when the pod's folder goes. */
  public void forget(Path podFolder) {
    for (var attempts : List.of(current.values(), previous.values())) {
      for (var attempt : attempts) {
        if (attempt.file().startsWith(podFolder)) {
          attempt.ended().set(true);
        }
      }
      attempts.removeIf(attempt -> attempt.file().startsWith(podFolder));
    }
  }

  @Override
  public InputStream open(Query query) throws IOException {
    if (query.timestamps() || query.since().isPresent()) {
      throw new LogsUnavailableException(
          "this node keeps no times of log lines: leave --timestamps and --since out");
    }
    var key = new Key(query.namespace(), query.pod(), query.container());
    var attempt = (query.previous() ? previous : current).get(key);
    if (attempt == null || !Files.exists(attempt.file())) {
      throw new LogsUnavailableException(
          "%scontainer \"%s\" in pod \"%s\" has not written a log"
              .formatted(
                  query.previous() ? "previous terminated " : "", query.container(), query.pod()));
    }
    var start =
        query.tailLines().isPresent()
            ? LogTail.startOfLast(query.tailLines().get(), attempt.file())
            : 0;
    return new LogStream(
        attempt.file(),
        start,
        query.limitBytes().orElse(Long.MAX_VALUE),
        () -> !query.follow() || attempt.ended().get());
  }
}
