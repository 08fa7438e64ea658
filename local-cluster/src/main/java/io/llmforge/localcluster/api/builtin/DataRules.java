package io.llmforge.localcluster.api.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.status.Cause;
import io.llmforge.localcluster.api.write.KindRules;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** ConfigMaps and Secrets: keys, size, and that immutable ones do not change. */
final class DataRules implements KindRules {
  private static final Pattern KEY = Pattern.compile("[-._a-zA-Z0-9]{1,253}");
  private static final int MAX_BYTES = 1 << 20;

  /** Text that a client may write instead of base64 in a Secret. */
  @Override
  public void complete(ObjectNode object, Optional<ObjectNode> stored) {
    if (object.path("kind").asText().equals("Secret") && object.has("stringData")) {
      ObjectNode data = object.withObject("/data");
      for (Map.Entry<String, JsonNode> entry : object.path("stringData").properties()) {
        byte[] text = entry.getValue().asText().getBytes(StandardCharsets.UTF_8);
        data.put(entry.getKey(), Base64.getEncoder().encodeToString(text));
      }
      object.remove("stringData");
    }
  }

  @Override
  public List<Cause> check(ObjectNode object, Optional<ObjectNode> stored) {
    List<Cause> causes = new ArrayList<>();
    int bytes = 0;
    for (String field : List.of("data", "binaryData")) {
      for (Map.Entry<String, JsonNode> entry : object.path(field).properties()) {
        bytes += entry.getValue().asText().getBytes(StandardCharsets.UTF_8).length;
        if (!KEY.matcher(entry.getKey()).matches()) {
          causes.add(
              Cause.invalid(
                  field + "[" + entry.getKey() + "]",
                  "\"" + entry.getKey() + "\"",
                  "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"));
        }
      }
    }
    if (bytes > MAX_BYTES) {
      causes.add(
          new Cause(
              Cause.Kind.FieldValueTooLong, "", "Too long: may not be more than 1048576 bytes"));
    }
    stored
        .filter(before -> before.path("immutable").asBoolean(false))
        .ifPresent(before -> checkUnchanged(before, object, causes));
    return causes;
  }

  private static void checkUnchanged(ObjectNode before, ObjectNode after, List<Cause> causes) {
    for (String field : List.of("immutable", "data", "binaryData")) {
      if (!Json.same(before.path(field), after.path(field))) {
        causes.add(Cause.forbidden(field, "field is immutable when `immutable` is set"));
      }
    }
  }
}
