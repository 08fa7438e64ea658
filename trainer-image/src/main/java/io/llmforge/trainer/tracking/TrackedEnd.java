package io.llmforge.trainer.tracking;

import java.util.Map;

/**
 * How an attempt ended, for its tracking server.
 *
 * @param status in MLflow's words
 * @param tags what is known only now, such as where the result is
 */
public record TrackedEnd(Status status, Map<String, String> tags) {

  /** What an attempt ends with that nobody said anything about. */
  static final TrackedEnd FAILED = new TrackedEnd(Status.FAILED, Map.of());

  public TrackedEnd {
    tags = Map.copyOf(tags);
  }

  /** In MLflow's words. */
  public enum Status {
    FINISHED,
    FAILED,
    /** Stopped on request; a later attempt goes on. */
    KILLED
  }
}
