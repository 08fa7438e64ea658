package io.llmforge.cli.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoryTest {

  private static final String MANIFEST =
      """
      apiVersion: llmforge.io/v1alpha1
      kind: FineTuneJob
      metadata: {name: small}
      spec:
        config:
          model_id: pvc://models/tiny
          learning_rate: 1e-4
      """;

  @TempDir Path folder;

  @Test
  void aFolderIsReadWithItsClaimsAndExpectation() throws Exception {
    Files.writeString(folder.resolve("finetunejob.yaml"), MANIFEST);
    Files.createDirectory(folder.resolve("data"));
    Files.writeString(
        folder.resolve("story.yaml"), "{title: Small, claims: {rows: {.: data}, models: {}}}");
    Files.writeString(folder.resolve("expected-status.yaml"), "phase: Succeeded");

    Story story = Story.read(folder);

    assertThat(story.name()).isEqualTo("small");
    assertThat(story.claims())
        .isEqualTo(Map.of("rows", Map.of(".", folder.resolve("data")), "models", Map.of()));
    assertThat(story.expectedStatus()).isPresent();
  }

  @Test
  void aNumberIsWhatKubectlTakesForANumber() throws Exception {
    Path manifest = Files.writeString(folder.resolve("job.yaml"), MANIFEST);

    var config = Story.read(manifest).job().getSpec().config();

    assertThat(config.get("learning_rate").isNumber()).isTrue();
    assertThat(config.get("learning_rate").doubleValue()).isEqualTo(1e-4);
  }

  @Test
  void whatIsMissingIsNamed() throws Exception {
    assertThatThrownBy(() -> Story.read(folder))
        .hasMessageContaining(folder + " holds no finetunejob.yaml");

    Files.writeString(folder.resolve("finetunejob.yaml"), MANIFEST);
    Files.writeString(folder.resolve("story.yaml"), "{title: Small, claims: {rows: {.: data}}}");

    assertThatThrownBy(() -> Story.read(folder))
        .hasMessageContaining("names the folder " + folder.resolve("data"));
  }

  @Test
  void brokenYamlIsNamedWithItsFile() throws Exception {
    Path manifest = Files.writeString(folder.resolve("job.yaml"), "a: [1, 2");

    assertThatThrownBy(() -> Story.read(manifest)).hasMessageContaining("job.yaml: ");
  }
}
