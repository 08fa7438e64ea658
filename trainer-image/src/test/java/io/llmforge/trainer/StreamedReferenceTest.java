package io.llmforge.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.crds.plan.FailureCode;
import io.llmforge.crds.plan.TrainingReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A trainer that begins before its reference is there. What two workers wrote for another run of
 * the same content comes to it block by block, at lines of its own log: 8 pairs a step, an
 * evaluation after every 4, blocks of 16.
 */
class StreamedReferenceTest {

  private static final String WAITS = "[reference] waits for scores";

  @TempDir Path folder;

  private final List<Path> written = new ArrayList<>();
  private TinyRun sequential;
  private TinyRun streamed;

  @BeforeEach
  void scoreForTheOther() throws IOException {
    sequential = run("sequential");
    streamed = run("streamed");
    for (int shard = 0; shard < 2; shard++) {
      sequential.onLine(" pairs", this::rememberNew);
      assertThat(sequential.score(shard)).as(sequential.console()).isZero();
      rememberNew();
    }
    // Three blocks and a mark of each worker.
    assertThat(written).hasSize(8);
  }

  @Test
  void stepsAreMadeFromTheFirstBlocksAndTheResultIsTheSame() throws IOException {
    assertThat(sequential.run()).as(sequential.console()).isZero();
    streamed.onLine(WAITS, () -> arrive(0, 4));
    // Both first blocks hold the pairs of four steps; the evaluation after them is scored next.
    streamed.onLine("step 4] loss", () -> arrive(1, 5));
    streamed.onLine("step 6] loss", () -> arrive(2, 3, 6, 7));

    assertThat(streamed.run()).as(streamed.console()).isZero();

    assertThat(streamed.console()).containsSubsequence(WAITS, "step 4]", "eval_loss", "step 6]");
    assertSameResult();
  }

  @Test
  void trainerThatIsStoppedWhileItWaitsGoesOnToTheSameResult() throws IOException {
    assertThat(sequential.run()).as(sequential.console()).isZero();
    streamed.onLine(WAITS, () -> arrive(0, 4));

    assertThat(streamed.run("step 3]")).isEqualTo(FailureCode.CHECKPOINTED_AND_STOPPED.exitCode());
    arrive(1, 2, 3, 5, 6, 7);
    assertThat(streamed.run()).as(streamed.console()).isZero();

    assertSameResult();
  }

  @Test
  void trainerThatIsStoppedBeforeTheFirstScoreSaysSo() throws IOException {
    assertThat(streamed.run(WAITS)).isEqualTo(FailureCode.CHECKPOINTED_AND_STOPPED.exitCode());

    assertThat(streamed.lastWords())
        .isInstanceOfSatisfying(
            TrainingReport.Stopped.class,
            stopped -> assertThat(stopped.checkpoint()).isEqualTo("none"));
  }

  private TinyRun run(String name) throws IOException {
    return TinyRun.preference(folder.resolve(name))
        .with("/objective/reference/pairsPerBatch", 1)
        .with("/evaluation/evaluateFirst", false)
        .with("/evaluation/every/count", 4);
  }

  private void assertSameResult() {
    for (String file : List.of("out/adapter_model.safetensors", "out/adapter_config.json")) {
      assertThat(streamed.models.resolve(file))
          .hasSameBinaryContentAs(sequential.models.resolve(file));
    }
  }

  /** The files in the order in which they were written. */
  private void rememberNew() {
    try (Stream<Path> files = Files.walk(sequential.workspace)) {
      files
          .filter(file -> file.getParent().getFileName().toString().matches("[0-9a-f]{64}"))
          .filter(file -> file.getFileName().toString().matches("(block|shard)-.*"))
          .filter(file -> !written.contains(file))
          .forEach(written::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void arrive(int... numbers) {
    try {
      for (int number : numbers) {
        Path file = written.get(number);
        Path to = streamed.workspace.resolve(sequential.workspace.relativize(file));
        Files.createDirectories(to.getParent());
        Files.copy(file, to.resolveSibling(to.getFileName() + ".arriving"));
        Files.move(to.resolveSibling(to.getFileName() + ".arriving"), to);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
