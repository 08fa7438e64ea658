/** Rules of single built-in kinds: defaults, immutable fields, quotas, deletion. */
@NullMarked
package io.llmforge.localcluster.api.builtin;

import org.jspecify.annotations.NullMarked;
