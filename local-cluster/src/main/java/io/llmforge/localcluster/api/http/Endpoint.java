package io.llmforge.localcluster.api.http;

/**
 * Answers requests; a {@link io.llmforge.localcluster.api.status.StatusException} is an answer too.
 */
@FunctionalInterface
public interface Endpoint {
  ApiResponse answer(ApiRequest request);
}
