package io.llmforge.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.crds.plan.FailureCode;
import io.llmforge.crds.plan.TrainingReport.Failed;
import io.llmforge.crds.plan.TrainingReport.Stopped;
import io.llmforge.trainer.conformance.Agreement;
import io.llmforge.trainer.conformance.GoldenTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Trainer processes that are told to end in the middle of an evaluation or of a save, and those
 * whose storage takes only half a file: nothing is left half-written, and the run that goes on ends
 * with the bits of one that was left alone.
 */
class StoppedWhileBusyTest {

  private static final int STEPS = 8;

  /** So large that a save takes longer than a signal. */
  private static final TinyModel.Shape LARGE = new TinyModel.Shape(384, 768, 4);

  /** More than weights have, less than the optimizer's state, which is twice as much. */
  private static final long HALF_A_CHECKPOINT = 40L << 20;

  private static final Instant STILL = Instant.parse("2026-01-02T03:04:05Z");

  @TempDir Path folder;

  private record Ended(int exitCode, String log) {}

  @Test
  void evaluationIsGivenUpForACheckpoint() throws Exception {
    var run = TinyRun.instruction(folder.resolve("stopped"));
    var straight = TinyRun.instruction(folder.resolve("straight"));
    var agreement = new Agreement(GoldenTest.RESUME, "SIGTERM in an evaluation");

    var ended = end(ChildTrainer.start(run, StoppedInEvaluation.class));

    assertThat(ended.exitCode()).as(ended.log()).isEqualTo(75);
    assertThat(((Stopped) run.lastWords()).checkpoint()).isEqualTo("checkpoint-000004");
    assertThat(Files.readAllLines(run.workspace.resolve("metrics.jsonl")).getLast())
        .as("the evaluation after step 4 is not over")
        .contains("\"step\":4")
        .doesNotContain("eval_loss\":");
    checkGoesOn(agreement, run, straight);
  }

  @Test
  void saveIsFinishedFirst() throws Exception {
    var run = largeRun("stopped");
    var agreement = new Agreement(GoldenTest.RESUME, "SIGTERM in a save");

    var ended = end(ChildTrainer.start(run, StoppedInSave.class));

    assertThat(ended.log()).contains("told to end while a checkpoint was written: true");
    assertThat(ended.exitCode()).as(ended.log()).isEqualTo(75);
    assertThat(((Stopped) run.lastWords()).checkpoint()).isEqualTo("checkpoint-000002");
    checkGoesOn(agreement, run, largeRun("straight"));
  }

  @Test
  void checkpointThatDoesNotFitLeavesNothing() throws Exception {
    var run = largeRun("full");
    var agreement = new Agreement(GoldenTest.RESUME, "disk full in a save");

    var ended = end(ChildTrainer.startOnFullDisk(run, LeftAlone.class, HALF_A_CHECKPOINT));

    assertRefusedBy(run, ended, "the checkpoint of step 2 cannot be written (");
    checkGoesOn(agreement, run, largeRun("straight"));
  }

  @Test
  void publicationThatDoesNotFitLeavesNothing() throws Exception {
    var run = mergedRun("full");
    var agreement = new Agreement(GoldenTest.RESUME, "disk full in the publication");

    var ended = end(ChildTrainer.startOnFullDisk(run, LeftAlone.class, HALF_A_CHECKPOINT / 2));

    assertRefusedBy(run, ended, "pvc://models/out cannot be written (");
    assertThat(run.models.resolve("out")).doesNotExist();
    checkGoesOn(agreement, run, mergedRun("straight"));
  }

  private static void assertRefusedBy(TinyRun run, Ended ended, String message) throws IOException {
    assertThat(ended.exitCode())
        .as(ended.log())
        .isEqualTo(FailureCode.CANNOT_WRITE_OUTPUT.exitCode());
    assertThat(((Failed) run.lastWords()).message())
        .contains(message)
        .contains("File too large")
        .contains("check that its volume is mounted writable and has room");
  }

  private static void checkGoesOn(Agreement agreement, TinyRun run, TinyRun straight)
      throws Exception {
    assertThat(new RunEnd(run, STEPS).unfinished()).isEmpty();

    for (var each : List.of(run, straight)) {
      var ended = end(ChildTrainer.start(each, LeftAlone.class));
      assertThat(ended.exitCode()).as(ended.log()).isZero();
    }

    new RunEnd(run, STEPS).addAll(agreement, new RunEnd(straight, STEPS));
    agreement.check();
  }

  private TinyRun largeRun(String name) throws IOException {
    TinyModel.write(folder.resolve(name).resolve("models/base"), LARGE);
    return TinyRun.causal(folder.resolve(name));
  }

  private TinyRun mergedRun(String name) throws IOException {
    TinyModel.write(folder.resolve(name).resolve("models/base"), LARGE);
    return TinyRun.instruction(folder.resolve(name)).with("/output/form", "MERGED_MODEL");
  }

  private static Ended end(Process process) throws Exception {
    var log = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), log);
  }

  private static void runAsProcess(InstantSource clock, String[] arguments) {
    Trainer.runAsProcess(
        new TrainerSurroundings(System.getenv(), System.out, clock), List.of(arguments));
  }

  /** As the kubelet does it; returns when the trainer knows. */
  private static void tellToEnd() {
    try {
      new ProcessBuilder("/bin/sh", "-c", "kill -TERM " + ProcessHandle.current().pid()).start();
      while (Thread.getAllStackTraces().keySet().stream().noneMatch(StoppedWhileBusyTest::waits)) {
        LockSupport.parkNanos(100_000);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean waits(Thread thread) {
    return thread.getName().equals(Trainer.STOPPING_THREAD)
        && thread.getState() == Thread.State.WAITING;
  }

  /** The trainer under a clock that stands still, so that files of metrics can be compared. */
  static final class LeftAlone {
    private LeftAlone() {}

    public static void main(String[] arguments) {
      runAsProcess(() -> STILL, arguments);
    }
  }

  /** Told to end when the third evaluation has looked at the clock, which it does as it begins. */
  static final class StoppedInEvaluation {
    private StoppedInEvaluation() {}

    public static void main(String[] arguments) {
      var looks = new AtomicInteger();
      runAsProcess(
          () -> {
            if (isBeginOfEvaluation() && looks.incrementAndGet() == 3) {
              tellToEnd();
            }
            return STILL;
          },
          arguments);
    }

    // Asked for by the evaluation itself, not by what it calls or hands over.
    private static boolean isBeginOfEvaluation() {
      return StackWalker.getInstance()
          .walk(
              frames ->
                  frames
                      .dropWhile(
                          frame -> frame.getClassName().equals(StoppedInEvaluation.class.getName()))
                      .findFirst()
                      .filter(
                          frame ->
                              frame.getClassName().endsWith(".TrainingLoop")
                                  && frame.getMethodName().equals("evaluate"))
                      .isPresent());
    }
  }

  /** Told to end when the first checkpoint's weights have begun to be written. */
  static final class StoppedInSave {
    private StoppedInSave() {}

    public static void main(String[] arguments) {
      var workspace =
          List.of(arguments).stream()
              .filter(argument -> argument.startsWith("--workspace="))
              .map(argument -> Path.of(argument.substring("--workspace=".length())))
              .findFirst()
              .orElseThrow();
      Thread.ofPlatform().daemon().start(() -> watch(workspace.resolve("checkpoints")));
      runAsProcess(() -> STILL, arguments);
    }

    private static void watch(Path checkpoints) {
      while (!isSaving(checkpoints)) {
        LockSupport.parkNanos(100_000);
      }
      tellToEnd();
      System.out.println("told to end while a checkpoint was written: " + isSaving(checkpoints));
    }

    private static boolean isSaving(Path checkpoints) {
      try (var plans = Files.list(checkpoints)) {
        return plans.anyMatch(
            plan -> Files.exists(plan.resolve(".checkpoint-000002.partial/trainer")));
      } catch (IOException notYet) {
        return false;
      }
    }
  }
}
