package io.llmforge.operator.identity;

import static java.util.Objects.requireNonNull;

/**
 * The FineTuneJob that owns what we create.
 *
 * @param namespace its namespace, and that of everything it owns
 * @param name its name
 * @param uid its UID; names are reused, UIDs are not
 */
public record Owner(String namespace, String name, String uid) {
  public Owner {
    requireNonNull(namespace, "namespace");
    requireNonNull(name, "name");
    requireNonNull(uid, "uid");
  }
}
