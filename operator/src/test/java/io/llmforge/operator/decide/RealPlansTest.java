package io.llmforge.operator.decide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.crds.config.Finding.Severity;
import io.llmforge.crds.config.LlmForgeConfigReader;
import io.llmforge.crds.config.YamlDocument;
import io.llmforge.crds.config.YamlReading;
import io.llmforge.crds.plan.Objective;
import io.llmforge.operator.JobFixture;
import io.llmforge.operator.SpecDraft;
import io.llmforge.operator.identity.Owner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Configs that people ran LLMForge with are planned once their files lie on a claim. They are not
 * part of this repository: the folder is named by the system property {@code llmforge.configs} or
 * lies beside the repository.
 */
class RealPlansTest {

  private static final Path FOLDER =
      Path.of(System.getProperty("llmforge.configs", "../../shared/llmforge-configs"));
  private static final Owner OWNER = new Owner("team-a", "tiny", "uid");

  private final LlmForgeConfigReader reader = new LlmForgeConfigReader();
  private final TrainingPlanner planner = new TrainingPlanner(reader);

  @Test
  void everyConfigIsPlannedOnceItsFilesAreOnAClaim() throws IOException {
    assumeThat(FOLDER).isDirectory();
    Map<Path, Planning> plannings =
        configs().stream()
            .collect(Collectors.toMap(Function.identity(), (Path file) -> plan(file)));

    assertThat(plannings)
        .hasSizeGreaterThan(50)
        .allSatisfy(
            (file, planning) ->
                assertThat(planning)
                    .as("%s: %s", file, planning.findings())
                    .isInstanceOf(Planning.Planned.class));
    assertThat(plannings.values())
        .extracting(planning -> ((Planning.Planned) planning).plan().objective())
        .hasAtLeastOneElementOfType(Objective.Classification.class)
        .filteredOn(Objective.PreferenceTuning.class::isInstance)
        .map(Objective.PreferenceTuning.class::cast)
        .hasSizeGreaterThan(5)
        .allMatch(objective -> objective.loss().beta() == 0.01)
        .allMatch(objective -> objective.reference().shards() > 1)
        .allMatch(objective -> objective.reference().pairsPerBatch() > 1);
  }

  /** As they stand; only a path that its author left out cannot be planned. */
  @Test
  void everyConfigIsPlannedWithTheSourcesItNames() throws IOException {
    assumeThat(FOLDER).isDirectory();
    Map<Path, Planning> plannings =
        configs().stream().collect(Collectors.toMap(Function.identity(), this::planAsItStands));

    assertThat(plannings)
        .hasSizeGreaterThan(50)
        .allSatisfy(
            (file, planning) -> {
              if (planning instanceof Planning.Refused) {
                assertThat(planning.findings())
                    .filteredOn(finding -> finding.severity() == Severity.ERROR)
                    .as("%s", file)
                    .isNotEmpty()
                    .allMatch(finding -> finding.message().contains("placeholder"));
              }
            });
    assertThat(plannings.values())
        .filteredOn(Planning.Planned.class::isInstance)
        .hasSizeGreaterThan(50)
        .filteredOn(planning -> !((Planning.Planned) planning).plan().remoteSources().isEmpty())
        .hasSizeGreaterThan(50);
  }

  private Planning planAsItStands(Path file) {
    return plan((ObjectNode) reader.toStrictJson(document(file)));
  }

  private Planning plan(Path file) {
    ObjectNode config = (ObjectNode) reader.toStrictJson(document(file));
    for (String key :
        List.of(
            "model_id",
            "train_path",
            "valid_path",
            "initial_base_model_ckpt_path",
            "initial_adapter_model_ckpt_path")) {
      if (config.hasNonNull(key)) {
        config.put(key, "pvc://data/" + key);
      }
    }
    return plan(config);
  }

  private Planning plan(ObjectNode config) {
    if (!config.has("generation_config")) {
      config.set("generation_config", JobFixture.config().get("generation_config"));
    }
    return planner.plan(OWNER, SpecDraft.of(config).build());
  }

  private static YamlDocument document(Path file) {
    try {
      return ((YamlReading.Read) YamlDocument.parse(Files.readString(file))).document();
    } catch (IOException e) {
      throw new IllegalStateException("cannot read " + file, e);
    }
  }

  private static List<Path> configs() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }
}
