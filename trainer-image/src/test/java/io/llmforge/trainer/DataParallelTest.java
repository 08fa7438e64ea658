package io.llmforge.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.crds.plan.TrainingReport.Completed;
import io.llmforge.crds.plan.TrainingReport.Failed;
import io.llmforge.crds.plan.TrainingReport.Stopped;
import io.llmforge.trainer.checkpoint.SafetensorsFile;
import io.llmforge.trainer.conformance.Agreement;
import io.llmforge.trainer.conformance.GoldenTest;
import io.llmforge.trainer.distributed.TrainingGroup;
import io.llmforge.trainer.storage.Durable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Ranks that train together make the run that one process makes: 11 steps of 6 rows for 6 devices,
 * the last one with rows for 4. Here they are threads with sockets between them.
 */
@Timeout(300)
class DataParallelTest {

  /** What rounding of sums in another order may come to: losses, gradients, whole weights. */
  private static final double BOUND = 1e-6;

  /**
   * The same for adapters and label rows, which begin at zero and are as small as ten steps make
   * them, and for running means: AdamW divides gradients by their own size, and their rounding with
   * them.
   */
  private static final double SMALL_WEIGHTS_BOUND = 2e-5;

  private static final int STEPS = 11;

  /** Differ from run to run. */
  private static final Set<String> TIMES =
      Set.of("train_time_per_step", "trained_tokens_throughput_this_iter", "eval_time_per_epoch");

  @TempDir Path folder;

  /** A task and how it is tuned. */
  private enum Kind {
    CAUSAL_FULL_PARAMETER("causal_lm, full parameter"),
    INSTRUCTION_ADAPTER("instruction_tuning, LoRA"),
    CLASSIFICATION("classification, LoRA"),
    PREFERENCE("preference_tuning, LoRA");

    private final String what;

    Kind(String what) {
      this.what = what;
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void oneTwoAndThreeRanksMakeTheSameSteps(Kind kind) throws Exception {
    TinyRun alone = run(kind, "alone");
    assertThat(alone.run()).as(alone.console()).isZero();

    for (int size : new int[] {2, 3}) {
      var group = new TinyGroup(run(kind, "of-" + size), size);
      assertThat(group.run()).as(group.consoles()).containsOnly(0);

      var agreement =
          new Agreement(GoldenTest.DATA_PARALLEL, "%s, %d ranks".formatted(kind.what, size));
      compare(agreement, group.run, alone);
      agreement.check();
    }
  }

  /** After one step the running mean of gradients is a tenth of the gradient. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void threeRanksComeToTheSameGradients(Kind kind) throws Exception {
    TinyRun alone = run(kind, "alone").with("/duration/epochs", 0.05);
    assertThat(alone.run()).as(alone.console()).isZero();
    var group = new TinyGroup(run(kind, "of-3").with("/duration/epochs", 0.05), 3);
    assertThat(group.run()).as(group.consoles()).containsOnly(0);

    var agreement =
        new Agreement(GoldenTest.DATA_PARALLEL, kind.what + ", 3 ranks, every gradient");
    compareTensors(
        agreement,
        "checkpoint-000001",
        group.run,
        alone,
        tensor -> tensor.startsWith("exp_avg."),
        BOUND);
    agreement.check();
  }

  /** Rank 0 copies and fetches; the others take up what it has found. */
  @Test
  void ranksWhoseWorkspaceIsLostGoOnFromTheCopyTogether() throws Exception {
    var straight = new TinyGroup(run(Kind.INSTRUCTION_ADAPTER, "straight"), 2);
    assertThat(straight.run()).as(straight.consoles()).containsOnly(0);
    TinyRun run = run(Kind.INSTRUCTION_ADAPTER, "lost").withCheckpoints("pvc://models/copies");
    var lost = new TinyGroup(run, 2);
    assertThat(lost.run(0, "step 6] loss")).as(lost.consoles()).containsOnly(75);
    assertThat(lost.console(1)).doesNotContain("[checkpoints]");
    Durable.deleteTree(run.workspace);
    Files.createDirectories(run.workspace);

    assertThat(lost.run()).as(lost.consoles()).containsOnly(0);

    assertThat(lost.console(0)).contains("checkpoint-000006 is fetched from pvc://models/copies");
    assertThat(lost.console(1)).contains("from_step: 6").doesNotContain("[checkpoints]");
    var agreement = new Agreement(GoldenTest.RESUME, "a workspace of 2 ranks lost after 6 steps");
    new RunEnd(run, STEPS).addTensors(agreement, new RunEnd(straight.run, STEPS));
    agreement.check();
  }

  @ParameterizedTest
  @EnumSource(Mistake.class)
  void aMistakeInTheSumIsCaught(Mistake mistake) throws Exception {
    TinyRun alone = run(Kind.INSTRUCTION_ADAPTER, "alone");
    assertThat(alone.run()).as(alone.console()).isZero();
    var group = new TinyGroup(run(Kind.INSTRUCTION_ADAPTER, "mistaken"), 2);

    group.runWith(right -> new MistakenGroup(right, mistake));

    var agreement = new Agreement(GoldenTest.DATA_PARALLEL, mistake.what);
    compare(agreement, group.run, alone);
    agreement.checkCaught(1000);
    if (mistake == Mistake.NO_SUM) {
      assertThat(group.console(1)).contains("the weights of rank 1 are not those of rank 0");
    }
  }

  private enum Mistake {
    NO_SUM("every rank steps by its own gradients"),
    MEAN("gradients are averaged over ranks, not summed");

    private final String what;

    Mistake(String what) {
      this.what = what;
    }
  }

  private record MistakenGroup(TrainingGroup right, Mistake mistake) implements TrainingGroup {
    @Override
    public int rank() {
      return right.rank();
    }

    @Override
    public int size() {
      return right.size();
    }

    @Override
    public void sum(ByteBuffer elements) {
      if (mistake == Mistake.MEAN) {
        right.sum(elements);
        FloatBuffer sums = elements.asFloatBuffer();
        for (int i = 0; i < sums.limit(); i++) {
          sums.put(i, sums.get(i) / size());
        }
      }
    }

    @Override
    public List<byte[]> exchange(byte[] mine) {
      return right.exchange(mine);
    }

    @Override
    public void abandon(String reason) {
      right.abandon(reason);
    }

    @Override
    public void close() {
      right.close();
    }
  }

  private TinyRun run(Kind kind, String name) throws IOException {
    Path place = folder.resolve(kind + "-" + name);
    TinyRun run =
        switch (kind) {
          case CAUSAL_FULL_PARAMETER -> TinyRun.causal(place);
          case INSTRUCTION_ADAPTER -> TinyRun.instruction(place);
          case CLASSIFICATION -> TinyRun.classification(place, List.of("<a>", "<b>", "<c>"));
          case PREFERENCE -> TinyRun.preference(place);
        };
    run.with("/batch/devices", 6)
        .with("/batch/rowsPerDevice", 1)
        .with("/evaluation/every/count", 5)
        .with("/evaluation/checkpointsToKeep", 20);
    if (kind != Kind.CAUSAL_FULL_PARAMETER) {
      // Threads of one process share libtorch's generator; processes have masks of their own.
      run.with("/tuning/dropout", 0.0);
    }
    if (kind == Kind.PREFERENCE) {
      assertThat(run.score(0)).as(run.console()).isZero();
      assertThat(run.score(1)).as(run.console()).isZero();
    }
    return run;
  }

  /** Every number of every step and evaluation, weights and running means of gradients. */
  private static void compare(Agreement agreement, TinyRun actual, TinyRun expected)
      throws IOException {
    List<JsonNode> ours = TinyGroup.metrics(actual);
    List<JsonNode> theirs = TinyGroup.metrics(expected);
    agreement.addExact("lines of metrics", ours.size(), theirs.size());
    for (int line = 0; line < theirs.size(); line++) {
      compare(agreement, ours.get(line), theirs.get(line));
    }
    for (int step : new int[] {5, 10, STEPS}) {
      String name = "checkpoint-%06d".formatted(step);
      compareTensors(
          agreement, name, actual, expected, DataParallelTest::isSmall, SMALL_WEIGHTS_BOUND);
      compareTensors(agreement, name, actual, expected, other -> !isSmall(other), BOUND);
    }
  }

  private static void compare(Agreement agreement, JsonNode actual, JsonNode expected) {
    expected
        .properties()
        .forEach(
            entry -> {
              String name = entry.getKey();
              JsonNode value = entry.getValue();
              if (!TIMES.contains(name) && value.isNumber()) {
                double difference = actual.path(name).asDouble() - value.asDouble();
                agreement.addError(
                    "%s of step %s".formatted(name, expected.path("step")),
                    Math.abs(difference) / Math.max(1, Math.abs(value.asDouble())),
                    BOUND);
              } else if (!TIMES.contains(name)) {
                agreement.addExact(name, actual.path(name).toString(), value.toString());
              }
            });
  }

  private static void compareTensors(
      Agreement agreement,
      String checkpoint,
      TinyRun actual,
      TinyRun expected,
      Predicate<String> chosen,
      double bound)
      throws IOException {
    Path mine = new RunEnd(actual, STEPS).checkpoint(checkpoint).resolve("trainer");
    Path other = new RunEnd(expected, STEPS).checkpoint(checkpoint).resolve("trainer");
    for (String file : List.of("weights.safetensors", "optimizer.safetensors")) {
      try (var ours = SafetensorsFile.open(mine.resolve(file));
          var theirs = SafetensorsFile.open(other.resolve(file))) {
        for (int i = 0; i < theirs.tensors().size(); i++) {
          var tensor = theirs.tensors().get(i);
          if (chosen.test(tensor.name())) {
            agreement.add(
                checkpoint + " " + tensor.name(),
                ours.tensors().get(i).toFloats(),
                tensor.toFloats(),
                bound);
          }
        }
      }
    }
  }

  private static boolean isSmall(String name) {
    return name.contains("lora_")
        || name.contains("trainable_tokens")
        || name.startsWith("exp_avg")
        || name.startsWith("step.");
  }

  @Test
  void twoRunsOfOneGroupAreTheSameBits() throws Exception {
    var first = new TinyGroup(run(Kind.INSTRUCTION_ADAPTER, "first"), 2);
    var second = new TinyGroup(run(Kind.INSTRUCTION_ADAPTER, "second"), 2);
    assertThat(first.run()).as(first.consoles()).containsOnly(0);
    assertThat(second.run()).as(second.consoles()).containsOnly(0);

    var agreement = new Agreement(GoldenTest.DATA_PARALLEL, "two runs of 2 ranks, bit for bit");
    new RunEnd(second.run, STEPS).addTensors(agreement, new RunEnd(first.run, STEPS));
    agreement.check();
  }

  /** Told to stop on any rank, all stop after the same step; any number of ranks goes on. */
  @ParameterizedTest
  @CsvSource({"2, 1, 2", "3, 2, 2", "2, 0, 1", "3, 1, 6"})
  void oneRankThatIsToldToStopStopsAllAndAnotherNumberGoesOn(int before, int stopped, int after)
      throws Exception {
    TinyRun alone = run(Kind.INSTRUCTION_ADAPTER, "alone");
    assertThat(alone.run()).as(alone.console()).isZero();
    TinyRun run = run(Kind.INSTRUCTION_ADAPTER, "stopped");
    var group = new TinyGroup(run, before);

    assertThat(group.run(stopped, "step 5] loss")).as(group.consoles()).containsOnly(75);

    for (int rank = 0; rank < before; rank++) {
      assertThat(group.lastWords(rank)).isInstanceOf(Stopped.class);
      assertThat(((Stopped) group.lastWords(rank)).checkpoint()).isEqualTo("checkpoint-000005");
    }
    var other = new TinyGroup(run, after);
    assertThat(other.run()).as(other.consoles()).containsOnly(0);
    assertThat(other.console(after - 1)).contains("from_step: 5");
    for (int rank = 0; rank < after; rank++) {
      assertThat(((Completed) other.lastWords(rank)).output().step()).isEqualTo(STEPS);
    }
    var agreement =
        new Agreement(
            GoldenTest.DATA_PARALLEL,
            "%d ranks stopped after 5 steps, %d go on".formatted(before, after));
    compare(agreement, run, alone);
    agreement.check();
  }

  @Test
  void aMistakeOfTheDataEndsAllRanksAndOnlyTheFirstHasItsCode() throws Exception {
    TinyRun run = run(Kind.INSTRUCTION_ADAPTER, "broken");
    Files.writeString(run.data.resolve("train.jsonl"), "{\"messages\": 7}");
    var group = new TinyGroup(run, 3);

    assertThat(group.run()).as(group.consoles()).containsExactly(65, 82, 82);

    assertThat(((Failed) group.lastWords(2)).message())
        .contains("rank 0 gave up: DatasetInvalid: ")
        .contains("train.jsonl:1: ");
  }

  @Test
  void moreRanksThanDevicesAreRefused() throws Exception {
    var group = new TinyGroup(run(Kind.INSTRUCTION_ADAPTER, "few").with("/batch/devices", 2), 3);

    assertThat(group.run()).as(group.consoles()).containsOnly(78);

    assertThat(((Failed) group.lastWords(1)).message())
        .contains("WORLD_SIZE is 3, but the plan is for 2 device(s)");
  }
}
