package io.llmforge.trainer.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.trainer.checkpoint.ReferenceFolder;
import io.llmforge.trainer.checkpoint.ReferenceScore;
import io.llmforge.trainer.data.TokenRow;
import io.llmforge.trainer.distributed.GroupOfOne;
import io.llmforge.trainer.report.ConsoleProgress;
import io.llmforge.trainer.report.ProgressTracker;
import io.llmforge.trainer.storage.Volumes;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every look at the clock takes 25 minutes. */
class ReferenceWaitingTest {

  private static final Set<String> PAIRS = Set.of("a", "b", "c");

  @TempDir Path folder;

  private final RunSurroundings run = surroundings();
  private final AtomicInteger looks = new AtomicInteger();

  @Test
  void nobodyWhoScoresIsAFailureAfterAnHour() {
    var waiting = new ReferenceWaiting(Optional.of(scores()), run);

    assertThatThrownBy(() -> waiting.until(() -> false, new GroupOfOne()))
        .isInstanceOf(ReferenceStalledException.class)
        .hasMessageContaining("for 60 minutes, and 0 pairs have theirs");
    assertThat(run.progress().report().phase()).isEqualTo(TrainingReport.Phase.SCORING);
  }

  @Test
  void slowScoresAreWaitedForHoweverLongItTakes() throws IOException {
    PairScores scores = scores();
    var waiting = new ReferenceWaiting(Optional.of(scores), run);

    boolean arrived = waiting.until(() -> arrivesAfterMany(scores), new GroupOfOne());

    assertThat(arrived).isTrue();
    assertThat(looks).hasValue(6);
  }

  @Test
  void requestToSaveIsKeptForTheFirstStep() {
    run.control().checkpoint();
    var waiting = new ReferenceWaiting(Optional.empty(), run);

    assertThat(waiting.until(() -> true, new GroupOfOne())).isTrue();

    assertThat(run.control().takeCheckpointRequest()).isTrue();
  }

  /** One more score at every second look. */
  private boolean arrivesAfterMany(PairScores scores) {
    int look = looks.incrementAndGet();
    try {
      if (look % 2 == 0) {
        String pair = List.of("a", "b", "c").get(look / 2 - 1);
        new ReferenceFolder(folder).append(0, List.of(new ReferenceScore(pair, -1, -2, 3, 3)));
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    TokenRow never = new TokenRow(1, new int[] {1, 2}, new BitSet());
    assertThat(scores.has(List.of(never, never))).isFalse();
    return look == 6;
  }

  private PairScores scores() {
    return new PairScores(new ReferenceFolder(folder), 1, PAIRS);
  }

  private RunSurroundings surroundings() {
    var now = new AtomicReference<>(Instant.parse("2026-01-02T03:04:05Z"));
    InstantSource clock = () -> now.getAndUpdate(instant -> instant.plus(Duration.ofMinutes(25)));
    return new RunSurroundings(
        new Volumes(Path.of("workspace"), Map.of()),
        new RunControl(),
        new ProgressTracker(clock),
        new ConsoleProgress(new PrintStream(OutputStream.nullOutputStream()), clock),
        clock,
        HostMemory.ofThisProcess(),
        Map.of(),
        1);
  }
}
