/**
 * Failures the way a Kubernetes API tells them: a {@code Status} object with a reason and causes.
 */
@NullMarked
package io.llmforge.localcluster.api.status;

import org.jspecify.annotations.NullMarked;
