package io.llmforge.localcluster.node.schedule;

/** Where a pod goes, or why it waits. */
sealed interface Placement {
  record OnNode(String name) implements Placement {}

  /** Scheduling gates hold the pod back; nobody looks for a node. */
  record Gated() implements Placement {}

  record Unschedulable(String message) implements Placement {}
}
