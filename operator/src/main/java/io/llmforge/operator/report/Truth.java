package io.llmforge.operator.report;

import static java.util.Objects.requireNonNull;

import io.llmforge.operator.decide.Reason;

/**
 * What a condition says.
 *
 * @param holds its status
 * @param reason why
 * @param message for people
 */
record Truth(boolean holds, Reason reason, String message) {

  Truth {
    requireNonNull(reason, "reason");
    requireNonNull(message, "message");
  }

  static Truth yes(Reason reason, String message) {
    return new Truth(true, reason, message);
  }

  static Truth no(Reason reason, String message) {
    return new Truth(false, reason, message);
  }

  static Truth yes(Reason reason) {
    return yes(reason, reason.sentence());
  }

  static Truth no(Reason reason) {
    return no(reason, reason.sentence());
  }

  String status() {
    return holds ? "True" : "False";
  }
}
