/** Lists and objects as the tables that {@code kubectl get} prints. */
@NullMarked
package io.llmforge.localcluster.api.table;

import org.jspecify.annotations.NullMarked;
