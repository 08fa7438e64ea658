/** What clients ask before they ask for anything: versions, groups, resources and OpenAPI. */
@NullMarked
package io.llmforge.localcluster.api.discovery;

import org.jspecify.annotations.NullMarked;
