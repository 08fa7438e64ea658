package io.llmforge.localcluster.api.cel;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cel.common.values.CelByteString;
import dev.cel.common.values.NullValue;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.schema.Schema;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON values as CEL sees them under a schema. */
final class CelValues {

  private CelValues() {}

  /** The value of a node; nulls inside objects count as absent. */
  static Object of(Schema schema, JsonNode value) {
    return switch (value.getNodeType()) {
      case BOOLEAN -> value.booleanValue();
      case NUMBER -> number(schema, value);
      case STRING, BINARY -> text(schema, value.asText());
      case ARRAY -> list(schema, value);
      case OBJECT, POJO -> map(schema, value);
      case NULL, MISSING -> NullValue.NULL_VALUE;
    };
  }

  private static Object number(Schema schema, JsonNode value) {
    boolean isDouble = schema.type().equals("number") || !value.isIntegralNumber();
    boolean isWholeInteger = schema.type().equals("integer");
    return isDouble && !isWholeInteger ? (Object) value.doubleValue() : (Object) value.longValue();
  }

  private static Object text(Schema schema, String text) {
    return switch (Json.textAt(schema.node(), "format")) {
      case "date-time" -> Instant.parse(text);
      case "date" -> LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
      case "duration" -> GoDuration.parse(text);
      case "byte" -> CelByteString.of(Base64.getDecoder().decode(text));
      default -> text;
    };
  }

  private static List<Object> list(Schema schema, JsonNode value) {
    Schema items = schema.items().orElse(Schema.OPEN);
    List<Object> list = new ArrayList<>();
    value.forEach(item -> list.add(of(items, item)));
    return list;
  }

  private static Map<String, Object> map(Schema schema, JsonNode value) {
    boolean hasNamedFields = schema.additionalProperties().isEmpty();
    Map<String, Object> map = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : value.properties()) {
      if (!field.getValue().isNull()) {
        boolean isNamed = hasNamedFields && schema.property(field.getKey()).isPresent();
        String key = isNamed ? Identifiers.escaped(field.getKey()) : field.getKey();
        map.put(key, of(schema.field(field.getKey()).orElse(Schema.OPEN), field.getValue()));
      }
    }
    return map;
  }
}
