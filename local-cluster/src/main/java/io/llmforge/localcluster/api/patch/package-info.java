/**
 * How a stored object becomes the next one: JSON, merge and strategic patches and server-side apply
 * with field ownership.
 */
@NullMarked
package io.llmforge.localcluster.api.patch;

import org.jspecify.annotations.NullMarked;
