package io.llmforge.localcluster.api.table;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.stream.Collectors;

/** Access modes in the short form of tables. */
final class AccessModes {

  private AccessModes() {}

  static String shown(JsonNode modes) {
    return modes
        .valueStream()
        .map(mode -> shortForm(mode.asText()))
        .collect(Collectors.joining(","));
  }

  private static String shortForm(String mode) {
    return switch (mode) {
      case "ReadWriteOnce" -> "RWO";
      case "ReadOnlyMany" -> "ROX";
      case "ReadWriteMany" -> "RWX";
      case "ReadWriteOncePod" -> "RWOP";
      default -> mode;
    };
  }
}
