/**
 * Makes the CustomResourceDefinition from the records and proves that an API server takes it.
 *
 * <p>fabric8's generator knows types, ranges and rules; what it has no words for (descriptions from
 * javadoc, list types, unknown keys, the order of columns) is added by {@link
 * io.llmforge.crds.schema.SchemaFinish}.
 */
package io.llmforge.crds.schema;
