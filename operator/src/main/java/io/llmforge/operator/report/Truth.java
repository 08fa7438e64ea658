package io.llmforge.operator.report;

import static java.util.Objects.requireNonNull;

import io.llmforge.operator.decide.Reason;

/**
 * What a condition says.
 *
 * @param status whether it holds
 * @param reason why
 * @param message for people
 */
record Truth(Status status, Reason reason, String message) {

  Truth {
    requireNonNull(status, "status");
    requireNonNull(reason, "reason");
    requireNonNull(message, "message");
  }

  /** Whether a condition holds, in the words of Kubernetes. */
  enum Status {
    True,
    False,
    Unknown
  }

  static Truth yes(Reason reason, String message) {
    return new Truth(Status.True, reason, message);
  }

  static Truth no(Reason reason, String message) {
    return new Truth(Status.False, reason, message);
  }

  static Truth unknown(Reason reason, String message) {
    return new Truth(Status.Unknown, reason, message);
  }

  static Truth yes(Reason reason) {
    return yes(reason, reason.sentence());
  }

  static Truth no(Reason reason) {
    return no(reason, reason.sentence());
  }

  static Truth unknown(Reason reason) {
    return unknown(reason, reason.sentence());
  }
}
