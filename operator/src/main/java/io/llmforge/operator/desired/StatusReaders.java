package io.llmforge.operator.desired;

import java.util.List;

/**
 * Who may ask a run's pods for their status.
 *
 * @param namespaces namespaces whose pods may; none for no limit at all
 */
public record StatusReaders(List<String> namespaces) {

  /** Everybody, and on every port. */
  public static final StatusReaders EVERYBODY = new StatusReaders(List.of());

  public StatusReaders {
    namespaces = List.copyOf(namespaces);
  }

  /** Whether runs get a NetworkPolicy. */
  public boolean areLimited() {
    return !namespaces.isEmpty();
  }
}
