package io.llmforge.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.crds.plan.Location;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.crds.plan.TrainingReport.Completed;
import io.llmforge.crds.plan.TrainingReport.Metric;
import io.llmforge.crds.plan.TrainingReport.Origin;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run that finds, where it would publish, what a run before it has published. */
class AdoptedRunTest {

  private static final Charset LATIN = StandardCharsets.ISO_8859_1;

  private static final String LOADS = "[plan] trained_parameters";

  @TempDir Path folder;

  private TinyRun run;
  private Completed first;

  @BeforeEach
  void publishAndLoseTheWorkspace() throws IOException {
    run = TinyRun.causal(folder);
    assertThat(run.run()).as(run.console()).isZero();
    first = (Completed) run.lastWords();
    deleteTree(run.workspace);
    Files.createDirectories(run.workspace);
  }

  @Test
  void preflightOfTheSameContentFindsIt() throws IOException {
    TinyRun again = TinyRun.causal(folder);

    assertThat(again.look()).as(again.console()).isZero();

    assertThat(again.lastWords())
        .isInstanceOfSatisfying(
            Completed.class, found -> assertThat(found.output()).isEqualTo(first.output()));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void resultOfTheSameContentIsTakenOver(int number) throws IOException {
    TinyRun again = TinyRun.causal(folder).with("/run/number", number);

    assertThat(again.run()).as(again.console()).isZero();

    var adopted = (Completed) again.lastWords();
    assertThat(first.origin()).isEqualTo(Origin.TRAINED);
    assertThat(adopted.origin()).isEqualTo(Origin.ADOPTED);
    assertThat(adopted.output()).isEqualTo(first.output());
    assertThat(adopted.progress().metrics()).isEqualTo(first.progress().metrics());
    assertThat(adopted.progress().step()).isEqualTo(first.progress().step());
    assertThat(again.console()).contains("[adopt]").doesNotContain(LOADS);
    // All that is left is what saves the next pod from reading the files again.
    assertThat(run.workspace.toFile().list()).containsExactly("file_digests.json");
  }

  @Test
  void anotherPlanIsTrained() throws IOException {
    assertTrains(TinyRun.causal(folder).with("/optimizer/learningRate", 6e-3));
  }

  @ParameterizedTest
  @ValueSource(strings = {"data/train.jsonl", "data/valid.jsonl"})
  void otherRowsAreTrained(String file) throws IOException {
    TinyRun again = TinyRun.causal(folder);
    Path rows = folder.resolve(file);
    List<String> lines = Files.readAllLines(rows);
    Files.write(rows, lines.subList(1, lines.size()));

    assertTrains(again);
  }

  @Test
  void anotherModelIsTrained() throws IOException {
    TinyRun again = TinyRun.causal(folder);
    Path config = folder.resolve("models/base/config.json");
    Files.writeString(config, Files.readString(config) + " ");

    assertTrains(again);
  }

  @ParameterizedTest
  @ValueSource(strings = {"model.safetensors", "metrics.jsonl", "result.json"})
  void damagedResultIsReplaced(String file) throws IOException {
    Path damaged = folder.resolve("models/out").resolve(file);
    Files.writeString(damaged, Files.readString(damaged, LATIN) + " ", LATIN);
    TinyRun again = TinyRun.causal(folder);

    assertTrains(again);

    assertThat(again.console()).contains("is not as it was written; it is replaced");
  }

  @ParameterizedTest
  @ValueSource(strings = {"MANIFEST.json", "result.json"})
  void resultWithoutItsPapersIsReplaced(String file) throws IOException {
    Files.delete(folder.resolve("models/out").resolve(file));
    if (file.equals("MANIFEST.json")) {
      // Without it nobody knows whose the folder is.
      TinyRun refused = TinyRun.causal(folder);
      assertThat(refused.run()).isNotZero();
      assertThat(refused.lastWords()).isInstanceOf(TrainingReport.Failed.class);
      return;
    }

    assertTrains(TinyRun.causal(folder));
  }

  @Test
  void resultInTheWorkspaceIsNobodyElses() throws IOException {
    TinyRun own =
        TinyRun.causal(folder.resolve("own"))
            .with("/output/location", new Location.Workspace("output"));

    assertThat(own.run()).as(own.console()).isZero();

    assertThat(own.workspace.resolve("output/MANIFEST.json")).exists();
    assertThat(own.workspace.resolve("output/result.json")).doesNotExist();
  }

  private void assertTrains(TinyRun again) throws IOException {
    assertThat(again.run()).as(again.console()).isZero();

    assertThat(again.lastWords())
        .isInstanceOfSatisfying(
            Completed.class, words -> assertThat(words.origin()).isEqualTo(Origin.TRAINED));
    assertThat(again.console()).contains(LOADS);
    assertThat(again.lastWords().progress().metrics())
        .extracting(Metric::name)
        .contains("eval_loss");
  }

  private static void deleteTree(Path tree) throws IOException {
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
