/**
 * What a run measures, where people compare runs: TensorBoard event files in the workspace, and a
 * tracking server. A server that fails never fails a run.
 *
 * <p>One {@code Tracker} for all servers: what differs is a {@code TrackingServer} and its {@code
 * TrackedRun}. MLflow takes every value by itself, W&amp;B a row for each step, so there the newest
 * row waits until its step is over. W&amp;B documents its client and not its protocol: the client's
 * recorded traffic is the contract, and no more of it is sent than measurements need.
 */
@NullMarked
package io.llmforge.trainer.tracking;

import org.jspecify.annotations.NullMarked;
