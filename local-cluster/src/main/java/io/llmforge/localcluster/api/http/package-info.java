/** The edge to HTTP: requests in, JSON or streams out, on the JDK's own server. */
@NullMarked
package io.llmforge.localcluster.api.http;

import org.jspecify.annotations.NullMarked;
