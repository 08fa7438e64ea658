package io.llmforge.localcluster.api.write;

import io.llmforge.localcluster.api.http.ApiRequest;
import io.llmforge.localcluster.api.status.StatusException;

/**
 * How a write was asked for.
 *
 * @param fieldManager who owns what is written
 * @param isForced whether an apply takes fields from other managers
 * @param isDryRun whether everything happens except storing
 */
public record WriteOptions(
    String fieldManager, boolean isForced, boolean isDryRun, FieldValidation fieldValidation) {

  /** What unknown fields lead to. */
  public enum FieldValidation {
    IGNORE,
    WARN,
    STRICT
  }

  public static WriteOptions of(ApiRequest request) {
    String manager = request.parameter("fieldManager").orElseGet(() -> managerFrom(request));
    return new WriteOptions(
        manager, request.flag("force"), isDryRun(request), fieldValidation(request));
  }

  /** An apply must name its field manager itself. */
  public static WriteOptions ofApply(ApiRequest request) {
    return new WriteOptions(
        request.parameter("fieldManager").orElse(""),
        request.flag("force"),
        isDryRun(request),
        fieldValidation(request));
  }

  private static boolean isDryRun(ApiRequest request) {
    String asked = request.parameter("dryRun").orElse("");
    if (!asked.isEmpty() && !asked.equals("All")) {
      throw StatusException.badRequest("dryRun: Unsupported value: \"" + asked + "\": write All");
    }
    return !asked.isEmpty();
  }

  private static FieldValidation fieldValidation(ApiRequest request) {
    String asked = request.parameter("fieldValidation").orElse("Warn");
    return switch (asked) {
      case "Ignore" -> FieldValidation.IGNORE;
      case "Warn" -> FieldValidation.WARN;
      case "Strict" -> FieldValidation.STRICT;
      default ->
          throw StatusException.badRequest(
              "fieldValidation: Unsupported value: \""
                  + asked
                  + "\": write Ignore, Warn or Strict");
    };
  }

  /** Without a name of its own a client is known by the program in its user agent. */
  private static String managerFrom(ApiRequest request) {
    String agent = request.header("user-agent");
    int slash = agent.indexOf('/');
    String program = slash < 0 ? agent : agent.substring(0, slash);
    return program.isBlank() ? "unknown" : program;
  }
}
