/**
 * A node that runs each container of its pods as an operating-system process.
 *
 * <p>{@link PodStatusRules}, {@link RestartRules} and {@link ProbeHistory} decide and touch
 * nothing; a {@link PodWorker} per pod and a {@link ContainerWorker} per container act. The agent
 * speaks to the API server only through its client, so it can serve pods of any API server.
 */
@NullMarked
package io.llmforge.localcluster.node;

import org.jspecify.annotations.NullMarked;
