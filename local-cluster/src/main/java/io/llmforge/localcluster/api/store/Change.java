package io.llmforge.localcluster.api.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * One step in the history of the cluster.
 *
 * @param object the object after the step; for a removal its last form under the new version
 * @param previous the object before the step, by which a watcher knows whether it had seen it
 * @param sizeBytes the length of {@code object} as JSON, by which the history is kept bounded
 */
public record Change(
    long resourceVersion,
    Kind kind,
    ResourceId resource,
    ObjectKey key,
    ObjectNode object,
    Optional<ObjectNode> previous,
    int sizeBytes) {

  /** What happened to the object. */
  public enum Kind {
    ADDED,
    MODIFIED,
    DELETED
  }
}
