package io.llmforge.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.crds.plan.TrainingReport.Failed;
import io.llmforge.trainer.conformance.Agreement;
import io.llmforge.trainer.conformance.GoldenTest;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two ranks as two processes, with dropout: alone, killed, and compared with one process. */
@Timeout(420)
class DataParallelKillTest {

  private static final int STEPS = 33;

  /** The others end this soon after a rank is lost; connections of a dead process end at once. */
  private static final int SECONDS_TO_NOTICE = 60;

  @TempDir Path folder;

  @Test
  void aKilledRankEndsTheOtherAndTheNextAttemptEndsBitForBitAsIfNothingHadHappened()
      throws Exception {
    var straight = new TinyGroup(run("straight"), 2);
    finish(straight);
    var killed = new TinyGroup(run("killed"), 2);

    List<Process> attempt = start(killed);
    readUntil(attempt.getFirst(), "eval_loss", 3);
    attempt.get(1).destroyForcibly().waitFor();

    assertThat(attempt.getFirst().waitFor(SECONDS_TO_NOTICE, TimeUnit.SECONDS)).isTrue();
    assertThat(attempt.getFirst().exitValue()).isEqualTo(82);
    assertThat(((Failed) killed.lastWords(0)).message()).contains("rank 1 is lost");
    assertThat(finish(killed)).contains("from_step: ").doesNotContain("from_step: 0");
    var agreement = new Agreement(GoldenTest.DATA_PARALLEL, "one of 2 processes killed, resumed");
    new RunEnd(killed.run, STEPS).addTensors(agreement, new RunEnd(straight.run, STEPS));
    agreement.check();
  }

  @Test
  void twoProcessesDropWhatOneProcessDrops() throws Exception {
    var two = new TinyGroup(run("two"), 2);
    finish(two);
    TinyRun alone = run("alone");
    Process process = ChildTrainer.start(alone);
    readUntil(process, "eval_loss", Integer.MAX_VALUE);
    assertThat(process.waitFor()).isZero();

    var agreement = new Agreement(GoldenTest.DATA_PARALLEL, "2 processes, dropout 0.1");
    for (int line = 0; line < 20; line++) {
      var expected = TinyGroup.metrics(alone).get(line);
      var actual = TinyGroup.metrics(two.run).get(line);
      for (String name : List.of("loss", "grad_norm", "eval_loss")) {
        if (expected.has(name)) {
          agreement.add(
              "%s of line %d".formatted(name, line),
              actual.path(name).asDouble(),
              expected.path(name).asDouble(),
              1e-6);
        }
      }
    }
    agreement.check();
  }

  private TinyRun run(String name) throws IOException {
    return TinyRun.instruction(folder.resolve(name))
        .with("/batch/devices", 6)
        .with("/batch/rowsPerDevice", 1)
        .with("/duration/epochs", 3.0)
        .with("/evaluation/every/count", 6);
  }

  private static List<Process> start(TinyGroup group) throws IOException {
    int port = TinyGroup.freePort();
    List<Process> ranks = new ArrayList<>();
    for (int rank = 0; rank < group.size; rank++) {
      ranks.add(ChildTrainer.start(group.run, group.environment(rank, port)));
    }
    return ranks;
  }

  /** Runs all ranks to their end; gives the log of rank 0. */
  private static String finish(TinyGroup group) throws Exception {
    List<Process> ranks = start(group);
    String log = readUntil(ranks.getFirst(), "eval_loss", Integer.MAX_VALUE);
    for (Process rank : ranks) {
      assertThat(rank.waitFor()).as(log).isZero();
    }
    return log;
  }

  /** Reads a log until so many lines say something, or it ends. */
  private static String readUntil(Process process, String words, int times) throws IOException {
    var log = new StringBuilder();
    int found = 0;
    BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
    String line = lines.readLine();
    while (line != null) {
      log.append(line).append('\n');
      found += line.contains(words) ? 1 : 0;
      line = found < times ? lines.readLine() : null;
    }
    return log.toString();
  }
}
