package io.llmforge.crds.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.OptionalInt;

/**
 * Reads LLMForge configs as LLMForge did: forgiving about form, exact about meaning. It reports
 * everything that is wrong at once.
 *
 * <p>What a config says under an old name, an accepted {@link LlmForgeConfig} says under the
 * present one: {@code modelTag}, {@code noGradientCheckpoint} and {@code checkpointEveryNEpochs}
 * are always null in it.
 */
public final class LlmForgeConfigReader {

  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final KeyType.Block KEYS = KeyTypes.of(LlmForgeConfig.class);
  private static final LlmForgeConfig NOTHING = bind(MAPPER.createObjectNode());

  /** Reads the {@code spec.config} of a FineTuneJob. */
  public ConfigReading read(JsonNode config) {
    return read(config, new Findings(path -> OptionalInt.empty()));
  }

  /** Reads the text of a config file; findings name lines. */
  public ConfigReading readYaml(String text) {
    return switch (YamlDocument.parse(text)) {
      case YamlReading.Broken broken -> new ConfigReading.Refused(NOTHING, broken.findings());
      case YamlReading.Read read -> read(read.document());
    };
  }

  /** Reads a config that is a document or a part of one; findings name lines. */
  public ConfigReading read(YamlDocument document) {
    var findings = new Findings(document::line);
    findings.addAll(document.findings());
    return read(document.root(), findings);
  }

  /**
   * The same config as strict JSON: keys, order and unknown keys as written, every value in the
   * form its key has in the schema, numbers that JSON cannot hold as text.
   */
  public JsonNode toStrictJson(YamlDocument document) {
    var check = new TypeCheck(new Findings(document::line));
    check.check(document.root(), KEYS, "");
    return new StrictJson(check.corrections()).of(document.root(), "");
  }

  private static ConfigReading read(JsonNode written, Findings findings) {
    var refusal = DocumentShape.whyNoConfig(written);
    if (refusal.isPresent()) {
      findings.error(refusal.get().getKey(), refusal.get().getValue());
      return new ConfigReading.Refused(NOTHING, findings.inOrder());
    }
    var checked = new TypeCheck(findings).check(written, KEYS, "");
    new ResourceRules(findings).check(checked);
    new FormerSettings(findings).translate(checked);
    var config = bind(checked);
    new ConfigRules(findings).check(config, written);
    List<Finding> inOrder = findings.inOrder();
    return findings.hasErrors()
        ? new ConfigReading.Refused(config, inOrder)
        : new ConfigReading.Accepted(config, inOrder);
  }

  private static LlmForgeConfig bind(ObjectNode checked) {
    try {
      return MAPPER.treeToValue(checked, LlmForgeConfig.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a checked config does not fit its record", e);
    }
  }
}
