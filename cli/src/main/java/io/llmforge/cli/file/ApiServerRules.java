package io.llmforge.cli.file;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ContainerNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.config.Finding;
import io.llmforge.localcluster.api.cel.CelRules;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.resource.RuleSchemas;
import io.llmforge.localcluster.api.schema.ModelSchemas;
import io.llmforge.localcluster.api.schema.Pruner;
import io.llmforge.localcluster.api.schema.Schema;
import io.llmforge.localcluster.api.schema.Validator;
import io.llmforge.localcluster.api.status.Cause;
import io.llmforge.localcluster.api.write.MetadataRules;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What an API server that has the definition of this version says about a FineTuneJob: fields that
 * it does not know, values that do not fit their schema, rules that are broken.
 */
final class ApiServerRules {

  private static final String DEFINITION = "finetunejobs.llmforge.io-v1.yml";

  private final Schema schema;
  private final CelRules rules;

  private ApiServerRules(Schema schema, CelRules rules) {
    this.schema = schema;
    this.rules = rules;
  }

  /** The rules of the definition that this version was built with. */
  static ApiServerRules ofThisVersion() {
    return Compiled.RULES;
  }

  // Compiled when the first manifest is looked at: it takes longer than reading a config.
  private static final class Compiled {
    private static final ApiServerRules RULES = read();
  }

  private static ApiServerRules read() {
    try (var stream = FineTuneJob.class.getResourceAsStream(DEFINITION)) {
      if (stream == null) {
        throw new IllegalStateException("the definition is not on the class path: " + DEFINITION);
      }
      var definition = Json.read(stream.readAllBytes());
      return of((ObjectNode) definition.at("/spec/versions/0"));
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + DEFINITION, e);
    }
  }

  private static ApiServerRules of(ObjectNode version) {
    var forRules = RuleSchemas.of(version);
    ObjectNode whole = forRules.node().deepCopy();
    whole.withObject("/properties").set("metadata", new ModelSchemas().of(ObjectMeta.class).node());
    return new ApiServerRules(new Schema(whole), CelRules.compile(forRules, "", new ArrayList<>()));
  }

  /**
   * Says what would be refused.
   *
   * @param written the FineTuneJob as it is written
   * @return what is left of it without that
   */
  ObjectNode check(ObjectNode written, FileFindings findings) {
    ObjectNode object = written.deepCopy();
    // A status is never applied.
    object.remove("status");
    findings.add(withoutInfinities(object, ""));
    // Before unknown fields: below a value of a wrong type every field is unknown.
    List<Cause> misfits = Validator.validate(schema, object, Optional.empty());
    findings.add(
        misfits.stream()
            .map(
                cause ->
                    FileFindings.error(
                        cause.field(), FieldWords.misfit(cause, place(object, cause.field()))))
            .toList());
    findings.add(
        Pruner.prune(schema, object).stream()
            .map(path -> FileFindings.error(path, FieldWords.unknown(place(written, path))))
            .toList());
    misfits.forEach(cause -> remove(object, cause.field()));
    findings.add(
        MetadataRules.check(object.path("metadata")).stream()
            .map(cause -> FileFindings.error(cause.field(), cause.message()))
            .toList());
    List<Cause> broken = rules.check(object, Optional.empty());
    findings.add(
        broken.stream()
            .map(
                cause ->
                    FileFindings.error(
                        cause.field(), FieldWords.broken(cause, place(object, cause.field()))))
            .toList());
    broken.forEach(cause -> remove(object, cause.field()));
    return object;
  }

  private FieldPlace place(ObjectNode object, String path) {
    return FieldPlace.of(object, schema, path);
  }

  private void remove(ObjectNode object, String path) {
    if (!path.isEmpty()) {
      var place = place(object, path);
      place.holder().remove(place.name());
    }
  }

  /** Texts instead of numbers that no JSON can carry to an API server. */
  private static List<Finding> withoutInfinities(ContainerNode<?> node, String path) {
    List<Finding> findings = new ArrayList<>();
    switch (node) {
      case ObjectNode object -> {
        for (var field : object.properties()) {
          var place = path.isEmpty() ? field.getKey() : path + "." + field.getKey();
          if (isInfinite(field.getValue())) {
            field.setValue(TextNode.valueOf(field.getValue().asText()));
            findings.add(infinity(place));
          } else if (field.getValue() instanceof ContainerNode<?> below) {
            findings.addAll(withoutInfinities(below, place));
          }
        }
      }
      case ArrayNode list -> {
        for (int i = 0; i < list.size(); i++) {
          var place = "%s[%d]".formatted(path, i);
          if (isInfinite(list.get(i))) {
            list.set(i, TextNode.valueOf(list.get(i).asText()));
            findings.add(infinity(place));
          } else if (list.get(i) instanceof ContainerNode<?> below) {
            findings.addAll(withoutInfinities(below, place));
          }
        }
      }
      default -> throw new IllegalStateException("neither object nor list: " + node.getClass());
    }
    return findings;
  }

  private static Finding infinity(String path) {
    return FileFindings.error(path, "is a number that JSON does not have; put it in quotes");
  }

  private static boolean isInfinite(JsonNode value) {
    return value.isDouble() && !Double.isFinite(value.doubleValue());
  }
}
