package io.llmforge.localcluster.api.cel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableCollection;
import com.google.common.collect.ImmutableMap;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypeProvider;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructType;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.schema.Schema;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The CEL types that a schema declares; objects with named fields become struct types. */
final class DeclaredTypes implements CelTypeProvider {
  private final ImmutableMap<String, CelType> structs;
  private final CelType self;

  private DeclaredTypes(ImmutableMap<String, CelType> structs, CelType self) {
    this.structs = structs;
    this.self = self;
  }

  static DeclaredTypes of(Schema schema) {
    Map<String, CelType> structs = new LinkedHashMap<>();
    CelType self = typeOf(schema, "Self", structs);
    return new DeclaredTypes(ImmutableMap.copyOf(structs), self);
  }

  CelType self() {
    return self;
  }

  @Override
  public ImmutableCollection<CelType> types() {
    return structs.values();
  }

  @Override
  public Optional<CelType> findType(String name) {
    return Optional.ofNullable(structs.get(name));
  }

  private static CelType typeOf(Schema schema, String name, Map<String, CelType> structs) {
    if (schema.isIntOrString()) {
      return SimpleType.DYN;
    }
    return switch (schema.type()) {
      case "boolean" -> SimpleType.BOOL;
      case "integer" -> SimpleType.INT;
      case "number" -> SimpleType.DOUBLE;
      case "string" -> textType(Json.textAt(schema.node(), "format"));
      case "array" ->
          ListType.create(
              schema
                  .items()
                  .map(items -> typeOf(items, name + ".item", structs))
                  .orElse(SimpleType.DYN));
      case "object" -> objectType(schema, name, structs);
      default -> SimpleType.DYN;
    };
  }

  private static CelType textType(String format) {
    return switch (format) {
      case "date-time", "date" -> SimpleType.TIMESTAMP;
      case "duration" -> SimpleType.DURATION;
      case "byte" -> SimpleType.BYTES;
      default -> SimpleType.STRING;
    };
  }

  private static CelType objectType(Schema schema, String name, Map<String, CelType> structs) {
    Optional<Schema> values = schema.additionalProperties();
    if (values.isPresent()) {
      return MapType.create(SimpleType.STRING, typeOf(values.get(), name + ".value", structs));
    }
    Map<String, CelType> fields = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> property : schema.properties()) {
      if (property.getValue() instanceof ObjectNode node) {
        String field = Identifiers.escaped(property.getKey());
        fields.put(field, typeOf(new Schema(node), name + "." + field, structs));
      }
    }
    if (fields.isEmpty() && schema.preservesUnknownFields()) {
      return SimpleType.DYN;
    }
    ImmutableMap<String, CelType> declared = ImmutableMap.copyOf(fields);
    StructType struct =
        StructType.create(
            name, declared.keySet(), field -> Optional.ofNullable(declared.get(field)));
    structs.put(name, struct);
    return struct;
  }
}
