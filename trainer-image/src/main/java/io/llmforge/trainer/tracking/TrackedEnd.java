package io.llmforge.trainer.tracking;

import java.util.Map;

/**
 * How an attempt ended, for its tracking server.
 *
 * @param status which end it is
 * @param tags what is known only now, such as where the result is
 */
public record TrackedEnd(Status status, Map<String, String> tags) {

  /** What an attempt ends with that nobody said anything about. */
  static final TrackedEnd FAILED = new TrackedEnd(Status.FAILED, Map.of());

  public TrackedEnd {
    tags = Map.copyOf(tags);
  }

  /** Which end an attempt came to. */
  public enum Status {
    COMPLETED,
    FAILED,
    /** On request; a later attempt goes on. */
    STOPPED
  }
}
