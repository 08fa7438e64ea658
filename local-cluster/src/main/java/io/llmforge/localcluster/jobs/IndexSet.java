package io.llmforge.localcluster.jobs;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Completion indexes, written as the API does: {@code 0-3,5}. */
public record IndexSet(NavigableSet<Integer> indexes) {
  public static final IndexSet EMPTY = new IndexSet(new TreeSet<>());

  public IndexSet {
    indexes = Collections.unmodifiableNavigableSet(new TreeSet<>(indexes));
  }

  public static IndexSet of(Collection<Integer> indexes) {
    return new IndexSet(new TreeSet<>(indexes));
  }

  /** Reads {@code 0-3,5}; absent or empty text is the empty set. */
  public static IndexSet parse(@Nullable String text) {
    if (text == null || text.isBlank()) {
      return EMPTY;
    }
    var indexes = new TreeSet<Integer>();
    for (var part : text.split(",", -1)) {
      var ends = part.trim().split("-", 2);
      var first = Integer.parseInt(ends[0]);
      var last = ends.length == 2 ? Integer.parseInt(ends[1]) : first;
      for (var index = first; index <= last; index++) {
        indexes.add(index);
      }
    }
    return new IndexSet(indexes);
  }

  public boolean contains(int index) {
    return indexes.contains(index);
  }

  public int size() {
    return indexes.size();
  }

  public boolean isEmpty() {
    return indexes.isEmpty();
  }

  public IndexSet with(Collection<Integer> more) {
    var all = new TreeSet<>(indexes);
    all.addAll(more);
    return new IndexSet(all);
  }

  public IndexSet below(int bound) {
    return new IndexSet(indexes.headSet(bound, false));
  }

  public int countOf(IndexSet others) {
    return Math.toIntExact(others.indexes.stream().filter(indexes::contains).count());
  }

  /** The intervals, {@code 0-3,5}; two neighbours are written {@code 0,1}, as the API does. */
  public String text() {
    var parts = new ArrayList<String>();
    var run = new ArrayList<Integer>();
    for (var index : indexes) {
      if (!run.isEmpty() && run.getLast() + 1 != index) {
        parts.add(interval(run));
        run.clear();
      }
      run.add(index);
    }
    if (!run.isEmpty()) {
      parts.add(interval(run));
    }
    return String.join(",", parts);
  }

  private static String interval(List<Integer> run) {
    return switch (run.size()) {
      case 1 -> "" + run.getFirst();
      case 2 -> run.getFirst() + "," + run.getLast();
      default -> run.getFirst() + "-" + run.getLast();
    };
  }
}
