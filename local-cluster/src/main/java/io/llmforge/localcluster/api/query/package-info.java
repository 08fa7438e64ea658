/** Which objects a request means: label selectors, field selectors, pages. */
@NullMarked
package io.llmforge.localcluster.api.query;

import org.jspecify.annotations.NullMarked;
