package io.llmforge.localcluster.api.http;

import java.util.List;

/** Told of every request before it is answered, by the thread that answers it. */
@FunctionalInterface
public interface RequestLog {

  /** Keeps nothing. */
  RequestLog NONE = (method, path, userAgent) -> {};

  /**
   * A request came in.
   *
   * @param method such as PATCH
   * @param path the decoded segments of the path
   * @param userAgent what the client calls itself, empty when it says nothing
   */
  void received(String method, List<String> path, String userAgent);
}
