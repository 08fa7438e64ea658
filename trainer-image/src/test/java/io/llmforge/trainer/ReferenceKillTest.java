package io.llmforge.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.trainer.checkpoint.ReferenceFolder;
import io.llmforge.trainer.checkpoint.ReferenceScore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A scoring process that is killed in the middle of its shard, more than once, loses nothing. */
class ReferenceKillTest {

  private static final int SHARD = 0;

  @TempDir Path folder;

  @Test
  void aKilledWorkerGoesOnAndScoresTheSame() throws Exception {
    var straight = run("straight");
    assertThat(straight.score(SHARD)).as(straight.console()).isZero();
    var killed = run("killed");

    // Each line says that one more block is on disk.
    for (int life = 1; life <= 2; life++) {
      killAfterOneBlock(killed);
      // On a busy machine it may have written another before the signal came.
      assertThat(blocks(killed)).isGreaterThanOrEqualTo(life);
    }
    Process last = ChildTrainer.startScoring(killed, SHARD);
    String log = new String(last.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(last.waitFor()).as(log).isZero();
    assertThat(scores(killed)).isEqualTo(scores(straight));
  }

  private TinyRun run(String name) throws IOException {
    return TinyRun.preference(folder.resolve(name)).with("/objective/reference/pairsPerBatch", 1);
  }

  private static void killAfterOneBlock(TinyRun run) throws Exception {
    Process worker = ChildTrainer.startScoring(run, SHARD);
    try (var lines = worker.inputReader(StandardCharsets.UTF_8)) {
      var line = lines.readLine();
      while (line != null && !line.matches(".*\\d+ of \\d+ pairs")) {
        line = lines.readLine();
      }
      assertThat(line).as("a block was written").isNotNull();
    } finally {
      worker.destroyForcibly().waitFor();
    }
  }

  private static Map<String, ReferenceScore> scores(TinyRun run) throws IOException {
    return new ReferenceFolder(folder(run)).read();
  }

  private static long blocks(TinyRun run) throws IOException {
    try (Stream<Path> files = Files.list(folder(run))) {
      return files.filter(file -> file.getFileName().toString().startsWith("block-")).count();
    }
  }

  /** The only one that is named by a digest. */
  private static Path folder(TinyRun run) throws IOException {
    try (Stream<Path> files = Files.walk(run.workspace)) {
      Optional<Path> found =
          files.filter(path -> path.getFileName().toString().matches("[0-9a-f]{64}")).findFirst();
      return found.orElseThrow();
    }
  }
}
