package io.llmforge.localcluster.api.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * All objects under one lock. Stored trees are never changed in place: whoever wants another form
 * of an object copies it, so readers may use what they were given without a lock.
 */
public final class ObjectStore implements AutoCloseable {
  private static final int MAX_CHANGES = 20_000;
  private static final long MAX_CHANGE_BYTES = 64L << 20;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<ResourceId, SortedMap<ObjectKey, ObjectNode>> objects = new HashMap<>();
  private final ChangeLog log;
  private final Journal journal;
  private long version;
  private boolean closed;

  private ObjectStore(Journal journal, long startVersion, ChangeLog log) {
    this.journal = journal;
    this.version = startVersion;
    this.log = log;
  }

  /**
   * A store with what the journal remembers.
   *
   * @param startVersion at least this resource version; a restart must never go backwards
   */
  public static ObjectStore open(Journal journal, long startVersion) throws IOException {
    Map<ResourceId, SortedMap<ObjectKey, ObjectNode>> remembered = new HashMap<>();
    long newest = journal.replay(remembered);
    long version = Math.max(startVersion, newest);
    ObjectStore store =
        new ObjectStore(journal, version, new ChangeLog(MAX_CHANGES, MAX_CHANGE_BYTES, version));
    store.objects.putAll(remembered);
    return store;
  }

  /** Runs reads and writes that belong together; nothing else changes meanwhile. */
  public <T> T atomically(Supplier<T> work) {
    lock.lock();
    try {
      return work.get();
    } finally {
      lock.unlock();
    }
  }

  public Optional<ObjectNode> find(ResourceId resource, ObjectKey key) {
    return atomically(() -> Optional.ofNullable(of(resource).get(key)));
  }

  /** The objects of a kind in key order, from every namespace when none is named. */
  public Listing list(ResourceId resource, Optional<String> namespace) {
    return atomically(
        () -> {
          List<ObjectNode> items = new ArrayList<>();
          of(resource)
              .forEach(
                  (key, object) -> {
                    if (namespace.map(key.namespace()::equals).orElse(true)) {
                      items.add(object);
                    }
                  });
          return new Listing(items, version);
        });
  }

  /** Objects as they were at one version. */
  public record Listing(List<ObjectNode> items, long resourceVersion) {}

  public long version() {
    return atomically(() -> version);
  }

  /** Stores a new object or a new form of one and returns it with its version. */
  public ObjectNode put(ResourceId resource, ObjectKey key, ObjectNode object) {
    return atomically(
        () -> {
          ObjectNode previous = of(resource).get(key);
          ObjectNode stored = stamped(object);
          of(resource).put(key, stored);
          Change.Kind kind = previous == null ? Change.Kind.ADDED : Change.Kind.MODIFIED;
          record(kind, resource, key, stored, Optional.ofNullable(previous));
          return stored;
        });
  }

  /** Forgets an object; {@code last} is the form watchers are told of. */
  public ObjectNode remove(ResourceId resource, ObjectKey key, ObjectNode last) {
    return atomically(
        () -> {
          ObjectNode previous = of(resource).remove(key);
          ObjectNode removed = stamped(last);
          record(Change.Kind.DELETED, resource, key, removed, Optional.ofNullable(previous));
          return removed;
        });
  }

  /**
   * The changes after a version, waiting up to {@code patience} for the first one.
   *
   * @return empty when the history no longer reaches back that far
   */
  public Optional<List<Change>> changesAfter(long resourceVersion, Duration patience)
      throws InterruptedException {
    long nanos = patience.toNanos();
    lock.lockInterruptibly();
    try {
      while (version <= resourceVersion && nanos > 0 && !closed) {
        nanos = changed.awaitNanos(nanos);
      }
      return log.reaches(resourceVersion)
          ? Optional.of(log.after(resourceVersion))
          : Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  public boolean isClosed() {
    return atomically(() -> closed);
  }

  /** How much history is held: changes and bytes. */
  public HistorySize historySize() {
    return atomically(() -> new HistorySize(log.size(), log.bytes()));
  }

  /** The extent of the history that watchers can be told. */
  public record HistorySize(int changes, long bytes) {}

  @Override
  public void close() {
    atomically(
        () -> {
          closed = true;
          changed.signalAll();
          return closed;
        });
    try {
      journal.close();
    } catch (IOException failure) {
      throw new UncheckedIOException("closing the journal", failure);
    }
  }

  private SortedMap<ObjectKey, ObjectNode> of(ResourceId resource) {
    return objects.computeIfAbsent(resource, id -> new TreeMap<>());
  }

  private ObjectNode stamped(ObjectNode object) {
    version++;
    ObjectNode stored = object.deepCopy();
    stored.withObject("/metadata").put("resourceVersion", Long.toString(version));
    return stored;
  }

  private void record(
      Change.Kind kind,
      ResourceId resource,
      ObjectKey key,
      ObjectNode object,
      Optional<ObjectNode> previous) {
    try {
      int bytes = journal.append(kind, resource, key, object);
      log.append(new Change(version, kind, resource, key, object, previous, bytes));
    } catch (IOException failure) {
      throw new UncheckedIOException(
          "writing " + resource + " " + key + " to the journal", failure);
    }
    changed.signalAll();
  }
}
