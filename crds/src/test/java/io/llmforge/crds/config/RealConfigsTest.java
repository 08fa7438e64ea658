package io.llmforge.crds.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.llmforge.crds.config.Finding.Severity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Configs that people ran LLMForge with. They are not part of this repository: the folder is named
 * by the system property {@code llmforge.configs} or lies beside the repository.
 */
class RealConfigsTest {

  private final LlmForgeConfigReader reader = new LlmForgeConfigReader();

  @Test
  void folderHoldsConfigs() {
    assumeThat(RealConfigs.folder()).isDirectory();

    assertThat(RealConfigs.configs()).hasSizeGreaterThan(50);
    assertThat(RealConfigs.notConfigs()).isNotEmpty();
  }

  @TestFactory
  Stream<DynamicTest> realConfigIsAccepted() {
    return RealConfigs.configs().stream()
        .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> accept(file)));
  }

  @TestFactory
  Stream<DynamicTest> fileThatIsNoConfigIsRefused() {
    return RealConfigs.notConfigs().stream()
        .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> refuse(file)));
  }

  private void accept(Path file) throws IOException {
    var text = Files.readString(file);

    var reading = reader.readYaml(text);

    assertThat(reading)
        .as(() -> reading.findings().toString())
        .isInstanceOf(ConfigReading.Accepted.class);
    var config = ((ConfigReading.Accepted) reading).config();
    assertThat(text).contains(Objects.requireNonNull(config.modelId()));
    assertThat(reading.findings()).allSatisfy(finding -> assertThat(finding.line()).isPositive());
  }

  private void refuse(Path file) throws IOException {
    var reading = reader.readYaml(Files.readString(file));

    assertThat(reading).isInstanceOf(ConfigReading.Refused.class);
    List<Finding> errors =
        reading.findings().stream().filter(f -> f.severity() == Severity.ERROR).toList();
    assertThat(errors).isNotEmpty().allSatisfy(error -> assertThat(error.line()).isPositive());
  }
}
