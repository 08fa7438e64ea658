package io.llmforge.cli.scale;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How the chart runs the operator when nobody says otherwise.
 *
 * @param javaOptions options of its Java
 * @param pollInterval time between two questions to one trainer
 */
public record ChartDefaults(List<String> javaOptions, Duration pollInterval) {

  private static final YAMLMapper YAML = new YAMLMapper();

  /** Reads {@code values.yaml}. */
  public static ChartDefaults read(Path home) throws IOException {
    JsonNode values = YAML.readTree(home.resolve("helm/llmforge-operator/values.yaml").toFile());
    return new ChartDefaults(
        List.of(values.required("javaOptions").asText().split(" ")),
        Duration.parse("PT" + values.required("pollInterval").asText()));
  }
}
