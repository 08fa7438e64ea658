package io.llmforge.operator.report;

import static java.util.Objects.requireNonNull;

import io.llmforge.operator.decide.Reason;
import io.llmforge.operator.identity.ObjectKey;

/**
 * An object that could not be created.
 *
 * @param object which one
 * @param reason what kind of obstacle
 * @param message what the API server said
 */
public record Obstacle(ObjectKey object, Reason reason, String message) {
  public Obstacle {
    requireNonNull(object, "object");
    requireNonNull(reason, "reason");
    requireNonNull(message, "message");
  }

  String text() {
    return "%s could not be created: %s %s".formatted(object, message, reason.sentence());
  }
}
