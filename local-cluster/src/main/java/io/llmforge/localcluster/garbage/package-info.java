/**
 * Deletes what has lost its owners, for every kind the API server knows. {@link GarbageRules}
 * decides from an object, its owners and its dependents; {@link GarbageCollector} carries it out.
 */
@NullMarked
package io.llmforge.localcluster.garbage;

import org.jspecify.annotations.NullMarked;
