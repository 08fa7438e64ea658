/**
 * What every controller loop of the local cluster needs: a keyed work queue, events and backoff.
 *
 * <p>Controllers here are level-triggered: a watch event only says which key to look at again; the
 * look itself reads everything afresh, so a lost or doubled event changes nothing.
 */
@NullMarked
package io.llmforge.localcluster.control;

import org.jspecify.annotations.NullMarked;
