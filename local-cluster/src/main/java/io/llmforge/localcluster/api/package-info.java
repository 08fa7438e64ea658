/**
 * A Kubernetes API server small enough to read. It keeps objects, versions them, tells watchers
 * what changed and enforces schemas; it runs nothing. Controllers and nodes are clients like any
 * other.
 *
 * <p>All writes pass one lock, so the order of events is the order of resource versions.
 */
@NullMarked
package io.llmforge.localcluster.api;

import org.jspecify.annotations.NullMarked;
