/**
 * Processes that train one model together, one per device: how they find each other, what they say
 * to each other, and how one that is lost ends all of them.
 *
 * <p>Rank 0 has a control connection to every other rank. Over it every collective is announced
 * with its operation, its number and its size before a byte of it moves, so that ranks that want
 * different things get an error that names both, and never wait for each other. Sums go around a
 * ring of their own connections, with a fixed order of additions.
 *
 * <p>Nothing here knows torch, plans or files.
 */
@NullMarked
package io.llmforge.trainer.distributed;

import org.jspecify.annotations.NullMarked;
