package io.llmforge.localcluster.api.cel;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cel.bundle.Cel;
import dev.cel.common.CelValidationException;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.status.Cause;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** One entry of {@code x-kubernetes-validations}, ready to run. */
final class CompiledRule {
  private static final Pattern OLD_SELF = Pattern.compile("\\boldSelf\\b");

  private final JsonNode entry;
  private final CelRuntime.Program program;
  private final Optional<CelRuntime.Program> messageProgram;

  private CompiledRule(
      JsonNode entry, CelRuntime.Program program, Optional<CelRuntime.Program> messageProgram) {
    this.entry = entry;
    this.program = program;
    this.messageProgram = messageProgram;
  }

  static CompiledRule compile(Cel cel, JsonNode entry)
      throws CelValidationException, CelEvaluationException {
    CelRuntime.Program rule = program(cel, Json.textAt(entry, "rule"));
    String message = Json.textAt(entry, "messageExpression");
    return new CompiledRule(
        entry, rule, message.isEmpty() ? Optional.empty() : Optional.of(program(cel, message)));
  }

  private static CelRuntime.Program program(Cel cel, String source)
      throws CelValidationException, CelEvaluationException {
    return cel.createProgram(cel.compile(source).getAst());
  }

  static boolean isTransition(JsonNode entry) {
    return OLD_SELF.matcher(Json.textAt(entry, "rule")).find();
  }

  /** What is wrong at a place, if the rule does not hold there. */
  Optional<Cause> check(Map<String, Object> variables, String path, String type) {
    String place = path + Json.textAt(entry, "fieldPath");
    if (place.startsWith(".")) {
      place = place.substring(1);
    }
    try {
      if (Boolean.TRUE.equals(program.eval(variables))) {
        return Optional.empty();
      }
      return Optional.of(cause(place, type, message(variables)));
    } catch (CelEvaluationException failure) {
      String detail = failure.getMessage() + " evaluating rule: " + Json.textAt(entry, "rule");
      return Optional.of(Cause.invalid(place, "\"" + type + "\"", detail));
    }
  }

  private Cause cause(String place, String type, String message) {
    return switch (Json.textAt(entry, "reason")) {
      case "FieldValueRequired" -> Cause.required(place, message);
      case "FieldValueForbidden" -> Cause.forbidden(place, message);
      case "FieldValueDuplicate" -> Cause.duplicate(place, "\"" + type + "\"");
      default -> Cause.invalid(place, "\"" + type + "\"", message);
    };
  }

  private String message(Map<String, Object> variables) {
    if (messageProgram.isPresent()) {
      try {
        if (messageProgram.get().eval(variables) instanceof String text && !text.isBlank()) {
          return text;
        }
      } catch (CelEvaluationException failure) {
        // The fixed message below still says what rule was broken.
        return fixedMessage();
      }
    }
    return fixedMessage();
  }

  private String fixedMessage() {
    String message = Json.textAt(entry, "message");
    return message.isEmpty() ? "failed rule: " + Json.textAt(entry, "rule") : message;
  }
}
