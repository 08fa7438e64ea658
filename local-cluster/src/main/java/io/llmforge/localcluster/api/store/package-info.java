/**
 * Every object of the cluster, the order in which they changed, and the journal that outlives a
 * restart.
 */
@NullMarked
package io.llmforge.localcluster.api.store;

import org.jspecify.annotations.NullMarked;
