package io.llmforge.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.trainer.conformance.Agreement;
import io.llmforge.trainer.conformance.GoldenTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Trainer processes that are killed again and again, at moments nobody chose, end with the bits of
 * one that was left alone: weights, optimizer, metrics and what is published.
 */
class KillTest {

  /** Two at a time, each killed so often. */
  private static final int KILLS = 25;

  /** An attempt lives at most this much longer than one needs to begin its first step. */
  private static final double LONGEST_LIFE = 1.4;

  @TempDir Path folder;

  @Test
  void runsThatWereKilledFiftyTimesEndBitForBitAsOneThatWasNot() throws Exception {
    long seed = Long.getLong("llmforge.kill.seed", System.nanoTime());
    System.out.println("kills are drawn with -Dllmforge.kill.seed=" + seed);
    var random = new SplittableRandom(seed);
    var straight = run("straight");
    Duration start = runToTheEnd(straight);

    List<Callable<Killed>> runs =
        Stream.of("first", "second")
            .map(name -> new Killed(name, random.split()))
            .map(killed -> (Callable<Killed>) () -> killed.run(start))
            .toList();
    try (var threads = Executors.newFixedThreadPool(runs.size())) {
      for (var ended : threads.invokeAll(runs)) {
        Killed killed = ended.get();
        System.out.printf("killed %s: %s%n", killed.name, killed.moments);
        var agreement =
            new Agreement(
                GoldenTest.RESUME, "killed at %d random moments".formatted(killed.kills()));
        new RunEnd(run(killed.name), 240).addAll(agreement, new RunEnd(straight, 240));
        agreement.check();
        assertThat(killed.kills()).isEqualTo(KILLS);
      }
    }
  }

  /** A run that somebody keeps killing. */
  private final class Killed {
    private final String name;
    private final SplittableRandom random;
    private final Map<String, Integer> moments = new TreeMap<>();

    Killed(String name, SplittableRandom random) {
      this.name = name;
      this.random = random;
    }

    int kills() {
      return moments.values().stream().mapToInt(Integer::intValue).sum();
    }

    Killed run(Duration start) throws Exception {
      TinyRun run = KillTest.this.run(name);
      long longest = (long) (LONGEST_LIFE * start.toMillis());
      boolean isRunning = true;
      while (isRunning && kills() < KILLS) {
        Process process = start(run);
        long life = random.nextLong(longest);
        isRunning = !process.waitFor(life, TimeUnit.MILLISECONDS);
        if (isRunning) {
          process.destroyForcibly().waitFor();
          moments.merge(moment(run), 1, Integer::sum);
        }
      }
      runToTheEnd(run);
      return this;
    }

    private static String moment(TinyRun run) throws IOException {
      try (Stream<Path> files = Files.walk(run.workspace, 3)) {
        List<String> names = files.map(path -> path.getFileName().toString()).toList();
        if (names.stream().anyMatch(file -> file.startsWith(".checkpoint-"))) {
          return "in a save";
        }
        return names.contains("metrics.jsonl") ? "elsewhere" : "before the first step";
      }
    }
  }

  private TinyRun run(String name) throws IOException {
    return TinyRun.instruction(folder.resolve(name))
        .with("/duration/epochs", 30.0)
        .with("/evaluation/every/count", 3);
  }

  /** How long it took to begin the first step. */
  private static Duration runToTheEnd(TinyRun run) throws Exception {
    Instant before = Instant.now();
    Process process = start(run);
    Duration toFirstStep = Duration.ZERO;
    var log = new StringBuilder();
    try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        log.append(line).append('\n');
        if (line.contains("from_step")) {
          toFirstStep = Duration.between(before, Instant.now());
        }
      }
    }
    assertThat(process.waitFor()).as(log.toString()).isZero();
    return toFirstStep;
  }

  private static Process start(TinyRun run) throws IOException {
    return ChildTrainer.start(run, WithoutTime.class);
  }

  /** The trainer under a clock that stands still, so that files of metrics can be compared. */
  static final class WithoutTime {
    private WithoutTime() {}

    public static void main(String[] arguments) {
      var clock = Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC);
      var surroundings = new TrainerSurroundings(System.getenv(), System.out, clock);
      int exitCode = new Trainer(surroundings).run(List.of(arguments));
      System.out.flush();
      Runtime.getRuntime().halt(exitCode);
    }
  }
}
