package io.llmforge.localcluster.api.schema;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.llmforge.localcluster.api.json.Json;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.temporal.Temporal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Schemas of built-in kinds, read off the fields of fabric8's model classes. What classes cannot
 * say (merge keys, defaults) comes from {@link ModelFacts}.
 */
public final class ModelSchemas {
  private final Map<Class<?>, ObjectNode> known = new HashMap<>();

  /** The schema of one model class; nested classes are shared between the schemas. */
  public Schema of(Class<?> model) {
    return new Schema(objectSchema(model));
  }

  private ObjectNode objectSchema(Class<?> model) {
    ObjectNode cached = known.get(model);
    if (cached != null) {
      return cached;
    }
    ObjectNode schema = Json.object().put("type", "object");
    known.put(model, schema);
    ObjectNode properties = Json.object();
    for (Field field : model.getDeclaredFields()) {
      JsonProperty property = field.getAnnotation(JsonProperty.class);
      if (property != null) {
        ObjectNode value = schemaOf(field.getGenericType()).deepCopy();
        ModelFacts.complete(model.getSimpleName(), property.value(), value);
        properties.set(property.value(), value);
      }
    }
    if (properties.isEmpty()) {
      schema.put("x-kubernetes-preserve-unknown-fields", true);
    } else {
      schema.set("properties", properties);
    }
    if (ModelFacts.isAtomic(model.getSimpleName())) {
      schema.put("x-kubernetes-map-type", "atomic");
    }
    return schema;
  }

  private ObjectNode schemaOf(Type type) {
    if (type instanceof ParameterizedType generic) {
      return collectionSchema(generic);
    }
    return type instanceof Class<?> plain ? plainSchema(plain) : Schema.OPEN.node();
  }

  private ObjectNode collectionSchema(ParameterizedType generic) {
    Type[] arguments = generic.getActualTypeArguments();
    Type value = arguments[arguments.length - 1];
    if (generic.getRawType() == List.class) {
      ObjectNode list = Json.object().put("type", "array");
      list.set("items", schemaOf(value));
      return list;
    }
    ObjectNode map = Json.object().put("type", "object");
    map.set("additionalProperties", schemaOf(value));
    return map;
  }

  private ObjectNode plainSchema(Class<?> type) {
    if (type == String.class) {
      return Json.object().put("type", "string");
    }
    if (type == Boolean.class) {
      return Json.object().put("type", "boolean");
    }
    if (type == Integer.class || type == Long.class) {
      return Json.object().put("type", "integer");
    }
    if (type == Double.class) {
      return Json.object().put("type", "number");
    }
    if (type == IntOrString.class) {
      return Json.object().put("x-kubernetes-int-or-string", true);
    }
    if (type == Quantity.class) {
      return Json.object().put("x-kubernetes-int-or-string", true).put("format", "quantity");
    }
    if (type == MicroTime.class || Temporal.class.isAssignableFrom(type)) {
      return Json.object().put("type", "string").put("format", "date-time");
    }
    return isOpen(type) ? Schema.OPEN.node() : objectSchema(type);
  }

  private static boolean isOpen(Class<?> type) {
    return type.isInterface()
        || type == Object.class
        || type == KubernetesResource.class
        || JsonNode.class.isAssignableFrom(type)
        || type == JSONSchemaProps.class;
  }
}
