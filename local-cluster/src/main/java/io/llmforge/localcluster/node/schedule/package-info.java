/**
 * Finds a node for each pod. {@link Scheduling} decides for one pod from the room on the nodes;
 * {@link Scheduler} carries it out. Priorities, preemption, taints and inter-pod affinity are left
 * out.
 */
@NullMarked
package io.llmforge.localcluster.node.schedule;

import org.jspecify.annotations.NullMarked;
