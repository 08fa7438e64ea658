package io.llmforge.localcluster.api.cel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cel.bundle.Cel;
import dev.cel.bundle.CelFactory;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.extensions.CelExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import io.llmforge.localcluster.api.schema.Schema;
import io.llmforge.localcluster.api.status.Cause;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The rules of one place of a schema and of all places below it. */
public final class CelRules {
  private static final CelOptions OPTIONS = CelOptions.current().enableTimestampEpoch(true).build();

  /** No rules at all. */
  public static final CelRules NONE = new CelRules(Schema.OPEN);

  private final Schema schema;
  private final List<CompiledRule> always = new ArrayList<>();
  private final List<CompiledRule> onTransition = new ArrayList<>();
  private final Map<String, CelRules> properties = new HashMap<>();
  private Optional<CelRules> additional = Optional.empty();
  private Optional<CelRules> items = Optional.empty();

  private CelRules(Schema schema) {
    this.schema = schema;
  }

  /**
   * Compiles all rules of a schema.
   *
   * @param path where the schema stands, for problems
   * @param problems receives the rules that do not compile
   */
  public static CelRules compile(Schema schema, String path, List<Cause> problems) {
    CelRules rules = new CelRules(schema);
    rules.compileOwn(path, problems);
    for (Map.Entry<String, JsonNode> property : schema.properties()) {
      if (property.getValue() instanceof ObjectNode node) {
        String place = path + ".properties[" + property.getKey() + "]";
        CelRules below = compile(new Schema(node), place, problems);
        if (!below.isEmpty()) {
          rules.properties.put(property.getKey(), below);
        }
      }
    }
    rules.additional =
        schema
            .additionalProperties()
            .map(values -> compile(values, path + ".additionalProperties", problems))
            .filter(below -> !below.isEmpty());
    rules.items =
        schema
            .items()
            .map(each -> compile(each, path + ".items", problems))
            .filter(below -> !below.isEmpty());
    return rules;
  }

  private void compileOwn(String path, List<Cause> problems) {
    JsonNode entries = schema.node().path("x-kubernetes-validations");
    if (entries.isEmpty()) {
      return;
    }
    Cel cel = environment(DeclaredTypes.of(schema));
    for (int index = 0; index < entries.size(); index++) {
      JsonNode entry = entries.get(index);
      try {
        CompiledRule rule = CompiledRule.compile(cel, entry);
        (CompiledRule.isTransition(entry) ? onTransition : always).add(rule);
      } catch (CelValidationException | CelEvaluationException failure) {
        problems.add(
            Cause.invalid(
                path + ".x-kubernetes-validations[" + index + "].rule",
                entry.path("rule").toString(),
                "compilation failed: " + failure.getMessage()));
      }
    }
  }

  private static Cel environment(DeclaredTypes types) {
    return CelFactory.standardCelBuilder()
        .setOptions(OPTIONS)
        .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
        .setTypeProvider(types)
        .addVar("self", types.self())
        .addVar("oldSelf", types.self())
        .addCompilerLibraries(
            CelExtensions.strings(), CelExtensions.math(OPTIONS), CelExtensions.sets(OPTIONS))
        .addRuntimeLibraries(
            CelExtensions.strings(), CelExtensions.math(OPTIONS), CelExtensions.sets(OPTIONS))
        .build();
  }

  private boolean isEmpty() {
    return always.isEmpty()
        && onTransition.isEmpty()
        && properties.isEmpty()
        && additional.isEmpty()
        && items.isEmpty();
  }

  /** What is wrong with an object, or with the step from its old form to it. */
  public List<Cause> check(JsonNode object, Optional<JsonNode> old) {
    List<Cause> causes = new ArrayList<>();
    check(object, old, "", causes);
    return causes;
  }

  private void check(JsonNode value, Optional<JsonNode> old, String path, List<Cause> causes) {
    if (value.isNull()) {
      return;
    }
    run(value, old, path, causes);
    properties.forEach(
        (name, below) -> {
          if (value.has(name)) {
            below.check(value.get(name), old.map(o -> o.get(name)), path + "." + name, causes);
          }
        });
    additional.ifPresent(
        below ->
            value
                .propertyStream()
                .filter(field -> schema.property(field.getKey()).isEmpty())
                .forEach(
                    field ->
                        below.check(
                            field.getValue(),
                            old.map(o -> o.get(field.getKey())),
                            path + "." + field.getKey(),
                            causes)));
    items.ifPresent(below -> checkItems(below, value, old, path, causes));
  }

  private void checkItems(
      CelRules below, JsonNode list, Optional<JsonNode> old, String path, List<Cause> causes) {
    for (int index = 0; index < list.size(); index++) {
      JsonNode item = list.get(index);
      below.check(item, schema.correlated(old, item), path + "[" + index + "]", causes);
    }
  }

  private void run(JsonNode value, Optional<JsonNode> old, String path, List<Cause> causes) {
    boolean isUnchanged = old.isPresent() && old.get().equals(value);
    Map<String, Object> variables = new HashMap<>();
    variables.put("self", CelValues.of(schema, value));
    String type = schema.type().isEmpty() ? "object" : schema.type();
    if (!isUnchanged) {
      always.forEach(rule -> rule.check(variables, path, type).ifPresent(causes::add));
    }
    if (old.isPresent() && !old.get().isNull()) {
      variables.put("oldSelf", CelValues.of(schema, old.get()));
      onTransition.forEach(rule -> rule.check(variables, path, type).ifPresent(causes::add));
    }
  }
}
