package io.llmforge.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.llmforge.crds.plan.TrainingReport.Completed;
import io.llmforge.crds.plan.TrainingReport.Failed;
import io.llmforge.trainer.recipe.HostMemory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Allocations of libtorch that the kernel really refuses: the trainer runs in a process whose
 * private memory is limited, and is told that there is plenty.
 */
class MemoryExhaustionTest {

  /** Enough for Java, libtorch and a model that computes every layer twice. */
  private static final long LIMIT_KIBIBYTES = 1_000_000;

  private static final int CONTEXT_LENGTH = 128;

  @TempDir Path folder;

  @BeforeEach
  void requireAShellThatLimits() {
    assumeThat(Files.isExecutable(Path.of("/bin/sh"))).as("a shell").isTrue();
    assumeThat(Files.exists(Path.of("/proc/self/limits"))).as("a Linux kernel").isTrue();
  }

  @Test
  void runThatRanOutOfMemoryGoesOnWithLess() throws Exception {
    var run = run(256);

    var ended = end(ChildTrainer.start(run, ToldOfPlenty.class, LIMIT_KIBIBYTES));

    assertThat(ended.log())
        .containsOnlyOnce("step 1 ran out of memory (")
        .contains("can't allocate memory: you tried to allocate")
        .contains("0 of 16 layers kept");
    assertThat(ended.exitCode()).as(ended.log()).isZero();
    assertThat(((Completed) run.lastWords()).progress().step()).isEqualTo(1);
    assertThat(run.workspace.resolve("resolved_plan.json"))
        .content()
        .contains("\"keptLayers\" : 0");
  }

  @Test
  void runThatDoesNotFitInAnyWayEndsWithNumbers() throws Exception {
    var run = run(2048);

    var ended = end(ChildTrainer.start(run, ToldOfPlenty.class, LIMIT_KIBIBYTES));

    assertThat(ended.exitCode()).as(ended.log()).isEqualTo(80);
    assertThat(((Failed) run.lastWords()).message())
        .contains("step 1: out of memory on cpu with an estimate of")
        .contains("0 of 16 layers kept in micro-batches of 262144 tokens")
        .contains("you tried to allocate");
  }

  @Test
  void runThatDidNotFitGoesOnInSmallerMicroBatches() throws Exception {
    var run = run(2048);
    assertThat(end(ChildTrainer.start(run, ToldOfPlenty.class, LIMIT_KIBIBYTES)).exitCode())
        .isEqualTo(80);

    run.withMicroBatchesDividedBy(32);
    var ended = end(ChildTrainer.start(run, ToldOfPlenty.class, LIMIT_KIBIBYTES));

    assertThat(ended.exitCode()).as(ended.log()).isZero();
    assertThat(((Completed) run.lastWords()).progress().totalSteps()).isEqualTo(1);
    assertThat(run.workspace.resolve("resolved_plan.json"))
        .content()
        .contains("\"microBatchTokens\" : 8192", "\"rowsPerStep\" : 2048");
  }

  /** Rows that fill the context length, all in one micro-batch. */
  private TinyRun run(int rows) throws IOException {
    TinyModel.write(folder.resolve("models/base"), new TinyModel.Shape(32, 128, 16));
    var run = TinyRun.causal(folder);
    Files.writeString(run.data.resolve("train.jsonl"), rowsOf(rows));
    return run.with("/data/validation", null)
        .with("/sequence/contextLength", CONTEXT_LENGTH)
        .with("/batch/rowsPerDevice", rows);
  }

  private static String rowsOf(int rows) {
    return IntStream.range(0, rows)
        .mapToObj(
            row ->
                "{\"messages\": [{\"role\": \"user\", \"content\": \"%d\"}, {\"role\": \"assistant\", \"content\": \"%s\"}]}"
                    .formatted(row, "x y".repeat(CONTEXT_LENGTH)))
        .collect(Collectors.joining("\n"));
  }

  private record Ended(int exitCode, String log) {}

  private static Ended end(Process process) throws IOException, InterruptedException {
    String log = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    return new Ended(process.exitValue(), log);
  }

  /** The trainer on a machine that promises 64 GiB. */
  static final class ToldOfPlenty {
    private ToldOfPlenty() {}

    public static void main(String[] arguments) throws IOException {
      Path proc = Files.createTempDirectory("proc");
      Files.writeString(proc.resolve("meminfo"), "MemAvailable: 67108864 kB\n");
      var surroundings =
          new TrainerSurroundings(
              System.getenv(), System.out, Clock.systemUTC(), new HostMemory(proc, proc));
      int exitCode = new Trainer(surroundings).run(List.of(arguments));
      System.out.println(Files.readString(Path.of("/proc/self/status")));
      System.out.flush();
      Runtime.getRuntime().halt(exitCode);
    }
  }
}
