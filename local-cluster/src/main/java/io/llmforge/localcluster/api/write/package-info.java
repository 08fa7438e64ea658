/** One way from a request body to a stored object: check, default, own, validate, store. */
@NullMarked
package io.llmforge.localcluster.api.write;

import org.jspecify.annotations.NullMarked;
