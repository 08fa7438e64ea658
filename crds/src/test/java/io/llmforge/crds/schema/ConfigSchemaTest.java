package io.llmforge.crds.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.llmforge.crds.config.LlmForgeConfigReader;
import io.llmforge.crds.config.RealConfigs;
import io.llmforge.crds.config.YamlDocument;
import io.llmforge.crds.config.YamlReading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What is converted must pass the schema that it will meet. */
class ConfigSchemaTest {

  private static final Path PECULIAR = Path.of("src/test/resources/configs/peculiar.yaml");

  private final LlmForgeConfigReader reader = new LlmForgeConfigReader();

  @TestFactory
  Stream<DynamicTest> convertedConfigPassesTheSchema() {
    return Stream.concat(Stream.of(PECULIAR), RealConfigs.configs().stream())
        .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> check(file)));
  }

  @Test
  void schemaRefusesWhatItShould() throws IOException {
    var config =
        JsonMapper.builder()
            .build()
            .readTree(
                "{\"task\":\"sft\",\"num_devices\":0,\"learning_rate\":\"1e-4\",\"lora_config\":{\"r\":1.5}}");

    assertThat(SchemaMatch.mismatches(config, schema())).hasSize(4);
  }

  private void check(Path file) throws IOException {
    var document = ((YamlReading.Read) YamlDocument.parse(Files.readString(file))).document();

    assertThat(SchemaMatch.mismatches(reader.toStrictJson(document), schema())).isEmpty();
  }

  private static JsonNode schema() throws IOException {
    return new YAMLMapper()
        .readTree(CrdDocument.COMMITTED.toFile())
        .at("/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/config");
  }
}
