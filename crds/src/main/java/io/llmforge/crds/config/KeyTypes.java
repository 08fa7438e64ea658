package io.llmforge.crds.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads from a record of the config which keys it has and what they take. */
final class KeyTypes {

  private static final SnakeCaseStrategy SNAKE_CASE = new SnakeCaseStrategy();

  private KeyTypes() {}

  static KeyType.Block of(Class<?> record) {
    Map<String, KeyType> keys = new LinkedHashMap<>();
    for (RecordComponent component : record.getRecordComponents()) {
      keys.put(key(component), of(component));
    }
    return new KeyType.Block(keys);
  }

  private static String key(RecordComponent component) {
    var written = component.getAccessor().getAnnotation(JsonProperty.class);
    return written == null ? SNAKE_CASE.translate(component.getName()) : written.value();
  }

  private static KeyType of(RecordComponent component) {
    var takes = component.getAnnotation(Takes.class);
    return takes == null
        ? of(component.getGenericType(), range(component))
        : new KeyType.AnyOf(List.of(takes.value()));
  }

  private static KeyType of(Type type, KeyType.Range range) {
    if (type instanceof ParameterizedType generic) {
      var arguments = generic.getActualTypeArguments();
      var element = of(arguments[arguments.length - 1], range);
      return generic.getRawType() == List.class
          ? new KeyType.ListOf(element)
          : new KeyType.MapOf(element);
    }
    var plain = (Class<?>) type;
    if (plain.isRecord()) {
      return of(plain);
    }
    if (plain.isEnum()) {
      return choice(plain);
    }
    return scalar(plain, range);
  }

  private static KeyType scalar(Class<?> type, KeyType.Range range) {
    if (type == Integer.class) {
      return new KeyType.Whole(range);
    }
    if (type == Double.class) {
      return new KeyType.Real(range);
    }
    if (type == Boolean.class) {
      return new KeyType.Flag();
    }
    if (type == String.class) {
      return new KeyType.Text();
    }
    if (type == JsonNode.class) {
      return new KeyType.Anything();
    }
    throw new IllegalStateException("a config cannot hold a " + type.getName());
  }

  private static KeyType.Choice choice(Class<?> type) {
    var constants = Arrays.stream(type.getFields()).filter(Field::isEnumConstant).toList();
    return new KeyType.Choice(
        constants.stream().map(KeyTypes::written).toList(),
        constants.stream()
            .filter(constant -> !constant.isAnnotationPresent(Unoffered.class))
            .map(KeyTypes::written)
            .toList());
  }

  private static String written(Field constant) {
    return constant.getAnnotation(JsonProperty.class).value();
  }

  private static KeyType.Range range(RecordComponent component) {
    var least = component.getAccessor().getAnnotation(Min.class);
    var most = component.getAccessor().getAnnotation(Max.class);
    return new KeyType.Range(
        least == null ? Double.NEGATIVE_INFINITY : least.value(),
        least == null || least.inclusive(),
        most == null ? Double.POSITIVE_INFINITY : most.value(),
        most == null || most.inclusive());
  }
}
