/** What each URL does: reads, watches, writes, reviews. */
@NullMarked
package io.llmforge.localcluster.api.endpoint;

import org.jspecify.annotations.NullMarked;
