package io.llmforge.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.crds.plan.Location;
import io.llmforge.trainer.storage.FetchedSource;
import io.llmforge.trainer.storage.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a published folder says about itself. */
class ModelCardTest {

  @TempDir Path folder;

  @Test
  void adapterOfAHubModelSaysWhatItIs() throws Exception {
    var run = TinyRun.instruction(folder);
    fetch(run, new Location.HubModel("acme/tiny", null));
    run.with("/model/base", Map.of("kind", "hubModel", "repository", "acme/tiny"))
        .with("/model/modelId", "acme/tiny");

    assertThat(run.run()).as(run.console()).isZero();

    var digest = Sha256.of(run.data.resolve("train.jsonl"));
    assertThat(card(run))
        .startsWith(
            """
            ---
            base_model: "acme/tiny"
            base_model_relation: adapter
            library_name: peft
            pipeline_tag: text-generation
            tags:
            - llmforge
            - instruction-tuning
            - lora
            training_data:
            - use: training
              location: "pvc://data/train.jsonl"
              sha256: "%s"
            - use: validation
            """
                .formatted(digest))
        .doesNotContain("license")
        .contains("\n# tiny\n", "| LoRA, rank 8, alpha 16, dropout 0.1 |", "8 in 1 epochs")
        .contains("| training | `pvc://data/train.jsonl` | 64 | ", "`" + digest + "`")
        .containsPattern(
            "\\| `eval_loss` \\| \\d\\.\\d+ \\| \\d\\.\\d+ \\| \\d\\.\\d+ at step 8 \\|")
        .contains("AutoPeftModelForCausalLM", "![training.svg](training.svg)");
    assertThat(published(run)).contains("runs/tiny-1/events.out.tfevents.llmforge");
    for (var picture : List.of("training.svg", "evaluation.svg")) {
      var file = run.models.resolve("out").resolve(picture).toFile();
      var root = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file);
      assertThat(root.getElementsByTagName("path").getLength()).as(picture).isGreaterThan(5);
    }
  }

  @Test
  void mergedModelOfAFolderNamesNoModelOfTheHub() throws Exception {
    var run = TinyRun.classification(folder, List.of("a|b", "c`d", "e"));

    assertThat(run.run()).as(run.console()).isZero();

    assertThat(card(run))
        .doesNotContain("base_model")
        .contains("library_name: transformers", "- classification", "`eval_accuracy`")
        .contains("`pvc://models/base` with a LoRA adapter merged into it");
  }

  @Test
  void theSameRunGivesTheSameCardAndPictures() throws Exception {
    var one = TinyRun.instruction(folder.resolve("one"));
    var other = TinyRun.instruction(folder.resolve("other"));
    assertThat(one.run()).as(one.console()).isZero();
    assertThat(other.run("step 4] loss")).as(other.console()).isEqualTo(75);

    assertThat(other.run()).as(other.console()).isZero();

    for (var name : List.of("README.md", "training.svg", "evaluation.svg")) {
      assertThat(other.models.resolve("out").resolve(name))
          .hasSameBinaryContentAs(one.models.resolve("out").resolve(name));
    }
  }

  /** Lays the base model where fetching would have. */
  private static void fetch(TinyRun run, Location.Remote model) throws IOException {
    var source = FetchedSource.of(run.workspace, model);
    Files.createDirectories(source.files());
    try (Stream<Path> files = Files.list(run.models.resolve("base"))) {
      for (var file : files.toList()) {
        Files.copy(file, source.files().resolve(file.getFileName()));
      }
    }
    Files.writeString(source.manifest(), "{}");
  }

  private static String card(TinyRun run) throws IOException {
    return Files.readString(run.models.resolve("out/README.md"));
  }

  private static List<String> published(TinyRun run) throws IOException {
    var out = run.models.resolve("out");
    try (Stream<Path> files = Files.walk(out)) {
      return files.map(file -> out.relativize(file).toString()).toList();
    }
  }
}
