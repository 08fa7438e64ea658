/**
 * What an object may look like: defaults, pruning, validation and CEL rules, all driven by one
 * schema form.
 */
@NullMarked
package io.llmforge.localcluster.api.schema;

import org.jspecify.annotations.NullMarked;
