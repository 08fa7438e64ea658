package io.llmforge.localcluster.api.write;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.status.Cause;
import java.util.List;
import java.util.Optional;

/** What the server knows about one built-in kind beyond its schema. */
public interface KindRules {

  /** Fills in what depends on other fields. Changes the object in place. */
  default void complete(ObjectNode object, Optional<ObjectNode> stored) {}

  /** What is wrong with a new object, or with the step from the stored one to it. */
  default List<Cause> check(ObjectNode object, Optional<ObjectNode> stored) {
    return List.of();
  }
}
