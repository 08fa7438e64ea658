package io.llmforge.localcluster.api.store;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The most recent changes in order, bounded in number and in bytes. Watchers read it by version
 * instead of having queues of their own, so a slow reader costs nothing and finds out by {@link
 * #reaches}. Not thread-safe: the store's lock guards it.
 */
final class ChangeLog {
  private final int maxChanges;
  private final long maxBytes;
  private final ArrayDeque<Change> changes = new ArrayDeque<>();
  private long bytes;
  private long forgottenVersion;

  /**
   * An empty log.
   *
   * @param startVersion the version before the first change
   */
  ChangeLog(int maxChanges, long maxBytes, long startVersion) {
    this.maxChanges = maxChanges;
    this.maxBytes = maxBytes;
    this.forgottenVersion = startVersion;
  }

  void append(Change change) {
    changes.addLast(change);
    bytes += change.sizeBytes();
    while (changes.size() > maxChanges || (bytes > maxBytes && changes.size() > 1)) {
      Change oldest = changes.removeFirst();
      bytes -= oldest.sizeBytes();
      forgottenVersion = oldest.resourceVersion();
    }
  }

  /** Whether every change after that version is still here. */
  boolean reaches(long resourceVersion) {
    return resourceVersion >= forgottenVersion;
  }

  List<Change> after(long resourceVersion) {
    List<Change> newer = new ArrayList<>();
    var newestFirst = changes.descendingIterator();
    while (newestFirst.hasNext()) {
      Change change = newestFirst.next();
      if (change.resourceVersion() <= resourceVersion) {
        break;
      }
      newer.add(change);
    }
    return newer.reversed();
  }

  int size() {
    return changes.size();
  }

  long bytes() {
    return bytes;
  }
}
