/** JSON trees: reading them from JSON or YAML text, comparing them, walking into them. */
@NullMarked
package io.llmforge.localcluster.api.json;

import org.jspecify.annotations.NullMarked;
