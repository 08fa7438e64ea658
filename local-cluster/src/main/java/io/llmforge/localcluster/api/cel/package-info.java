/**
 * {@code x-kubernetes-validations}: rules in CEL, compiled against the types that a schema declares
 * and evaluated on the objects of that schema.
 */
@NullMarked
package io.llmforge.localcluster.api.cel;

import org.jspecify.annotations.NullMarked;
