package io.llmforge.operator.identity;

import static java.util.Objects.requireNonNull;

/**
 * An owned object, unique in its namespace.
 *
 * @param kind its kind, for example {@code Job}
 * @param name its name
 */
public record ObjectKey(String kind, String name) {
  public ObjectKey {
    requireNonNull(kind, "kind");
    requireNonNull(name, "name");
  }

  @Override
  public String toString() {
    return kind + " " + name;
  }
}
