package io.llmforge.trainer.distributed;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Whether the group still is one. The first trouble counts; what follows from it does not. */
final class GroupFate {

  private final AtomicReference<@Nullable String> trouble = new AtomicReference<>();
  private final List<Consumer<String>> watchers = new CopyOnWriteArrayList<>();

  /** Is told of the trouble once, by the thread that found it. */
  void whenLost(Consumer<String> watcher) {
    watchers.add(watcher);
  }

  void lost(String reason) {
    if (trouble.compareAndSet(null, reason)) {
      watchers.forEach(watcher -> watcher.accept(reason));
    }
  }

  boolean isLost() {
    return trouble.get() != null;
  }

  /** Throws when the group is no more. */
  void require() {
    String reason = trouble.get();
    if (reason != null) {
      throw new CommunicationException(reason);
    }
  }

  /** What ended the group; the given words when nothing did before. */
  CommunicationException failure(String reason) {
    lost(reason);
    String first = trouble.get();
    return new CommunicationException(first == null ? reason : first);
  }
}
