package io.llmforge.crds.schema;

import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import io.fabric8.crd.generator.annotation.SchemaFrom;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.config.LlmForgeConfig;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Adds to a generated definition what fabric8's annotations cannot say. */
final class SchemaFinish {

  private static final List<String> COLUMNS =
      List.of(
          "PHASE",
          "PROGRESS",
          "STEP",
          "LOSS",
          "ETA",
          "GPUS",
          "AGE",
          "MODEL",
          "QUEUE",
          "RUN",
          "REASON");

  /** Lists whose items are told apart by a key, so that two writers can own different items. */
  private static final Map<Class<?>, Map<String, String>> LIST_KEYS =
      Map.of(
          FineTuneJobSpec.class, Map.of("outputs", "name"),
          FineTuneJobStatus.class,
              Map.of("conditions", "type", "metrics", "name", "outputs", "name"));

  private final RecordJavadoc javadoc;
  private final JsonMapper mapper = JsonMapper.builder().build();

  SchemaFinish(RecordJavadoc javadoc) {
    this.javadoc = javadoc;
  }

  void finish(CustomResourceDefinition crd) {
    var version = crd.getSpec().getVersions().getFirst();
    version
        .getAdditionalPrinterColumns()
        .sort(
            Comparator.comparing(
                (CustomResourceColumnDefinition c) -> COLUMNS.indexOf(c.getName())));
    var root = version.getSchema().getOpenAPIV3Schema();
    root.setDescription("One LLMForge config, and what became of it.");
    root.setRequired(List.of("spec"));
    var properties = root.getProperties();
    properties.get("spec").setDescription(javadoc.of(FineTuneJobSpec.class));
    properties.get("status").setDescription(javadoc.of(FineTuneJobStatus.class));
    describe(FineTuneJobSpec.class, properties.get("spec"));
    describe(FineTuneJobStatus.class, properties.get("status"));
  }

  private void describe(Class<?> record, JSONSchemaProps schema) {
    var keys = keysByComponent(record);
    for (RecordComponent component : record.getRecordComponents()) {
      var property = schema.getProperties().get(keys.get(component.getName()));
      property.setDescription(javadoc.of(record, component.getName()));
      dropRepeatedRules(property);
      var listKey = LIST_KEYS.getOrDefault(record, Map.of()).get(component.getName());
      if (listKey != null) {
        property.setXKubernetesListType("map");
        property.setXKubernetesListMapKeys(List.of(listKey));
      }
      descend(typeOf(record, component), property);
    }
    if (isConfig(record)) {
      open(schema);
    }
  }

  /** A rule on a record component is found twice: on its field and on its accessor. */
  private static void dropRepeatedRules(JSONSchemaProps property) {
    property.setXKubernetesValidations(
        property.getXKubernetesValidations().stream().distinct().toList());
  }

  private void descend(Type type, JSONSchemaProps schema) {
    if (type instanceof Class<?> nested && nested.isRecord()) {
      describe(nested, schema);
    } else if (type instanceof ParameterizedType generic) {
      var element = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
      if (element instanceof Class<?> nested && nested.isRecord()) {
        describe(nested, schema.getItems().getSchema());
      }
    }
  }

  /**
   * LLMForge wrote {@code null} for "not given", and keys we do not know must survive so that they
   * can be reported.
   */
  private static void open(JSONSchemaProps config) {
    config.setXKubernetesPreserveUnknownFields(true);
    config.getProperties().values().forEach(SchemaFinish::allowNull);
  }

  private static void allowNull(JSONSchemaProps property) {
    property.setNullable(true);
    if (property.getAdditionalProperties() != null) {
      property.getAdditionalProperties().getSchema().setNullable(true);
    }
    if (property.getEnum() != null && !property.getEnum().isEmpty()) {
      var values = new ArrayList<>(property.getEnum());
      values.add(NullNode.instance);
      property.setEnum(values);
    }
  }

  private static boolean isConfig(Class<?> record) {
    return record.getPackage().equals(LlmForgeConfig.class.getPackage());
  }

  private static Type typeOf(Class<?> record, RecordComponent component) {
    try {
      var from = record.getDeclaredField(component.getName()).getAnnotation(SchemaFrom.class);
      return from == null ? component.getGenericType() : from.type();
    } catch (NoSuchFieldException e) {
      throw new IllegalStateException("record without field: " + component, e);
    }
  }

  private Map<String, String> keysByComponent(Class<?> record) {
    BeanDescription description =
        mapper.getSerializationConfig().introspect(mapper.constructType(record));
    return description.findProperties().stream()
        .filter(
            property ->
                Arrays.stream(record.getRecordComponents())
                    .anyMatch(c -> c.getName().equals(property.getInternalName())))
        .collect(
            Collectors.toMap(
                BeanPropertyDefinition::getInternalName, BeanPropertyDefinition::getName));
  }
}
