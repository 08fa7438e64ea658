package io.llmforge.trainer.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Event files, against those that TensorBoard's own classes write ({@code make_events.py}). */
class EventFileTest {

  private static final Path FIXTURES = Path.of("src/test/resources/fixtures/events");
  private static final Path EXPECTED = FIXTURES.resolve("events.out.tfevents.expected");
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-01-02T03:04:05.5Z"));

  @TempDir Path folder;
  private Path file;
  private Path metrics;
  private List<String> lines;

  @BeforeEach
  void metricsOfARun() throws IOException {
    file = EventFile.in(folder, "poet-1");
    metrics = folder.resolve("metrics.jsonl");
    lines = Files.readAllLines(FIXTURES.resolve("metrics.jsonl"));
    Files.writeString(metrics, "");
  }

  @Test
  void whatIsMeasuredIsWrittenAsTensorBoardWritesIt() throws IOException {
    append(0, lines);

    assertThat(file).hasSameBinaryContentAs(EXPECTED);
  }

  @Test
  void anAttemptThatGoesOnLeavesWhatAStraightOneLeaves() throws IOException {
    append(0, lines);

    append(2, lines.subList(2, 4));

    assertThat(file).hasSameBinaryContentAs(EXPECTED);
  }

  @Test
  void eventsThatWereLostAreMadeAgain() throws IOException {
    append(0, lines.subList(0, 1));

    append(3, lines.subList(3, 4));

    assertThat(file).hasSameBinaryContentAs(EXPECTED);
  }

  @Test
  void aFileThatEndsAnywhereIsMended() throws IOException {
    var whole = Files.readAllBytes(EXPECTED);
    Files.createDirectories(file.getParent());
    for (var length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));

      append(4, List.of());

      assertThat(file).as("cut after %d bytes", length).hasSameBinaryContentAs(EXPECTED);
    }
  }

  @Test
  void aByteThatIsWrongAnywhereIsFoundAndMended() throws IOException {
    var whole = Files.readAllBytes(EXPECTED);
    Files.createDirectories(file.getParent());
    for (var place = 0; place < whole.length; place++) {
      var damaged = whole.clone();
      damaged[place] ^= 1;
      Files.write(file, damaged);

      append(4, List.of());

      assertThat(file).as("byte %d", place).hasSameBinaryContentAs(EXPECTED);
    }
  }

  @Test
  void recordsAreFoundByTheirFraming() throws IOException {
    append(0, lines);
    List<Long> ends = new ArrayList<>();

    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      for (var end = EventRecords.end(channel, 0); end > 0; ) {
        ends.add(end);
        end = EventRecords.end(channel, end);
      }
    }

    assertThat(ends).hasSize(1 + lines.size()).endsWith(Files.size(file));
  }

  /** A file may take 4096 bytes and then refuses, mostly in the middle of an event. */
  @Test
  void aFullDiskIsAnErrorAndTheFileEndsWithAWholeEvent() throws Exception {
    var process =
        new ProcessBuilder(
                "/bin/sh",
                "-c",
                "ulimit -f 8 && exec \"$@\"",
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                FullDisk.class.getName(),
                file.toString(),
                metrics.toString())
            .redirectErrorStream(true)
            .start();

    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said).contains("File too large");
    assertThat(Files.size(file)).isGreaterThan(3900).isLessThan(4096);
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      var end = EventRecords.end(channel, 0);
      while (end < channel.size()) {
        end = EventRecords.end(channel, end);
        assertThat(end).isPositive();
      }
    }
  }

  /** Writes events until one is refused. */
  static final class FullDisk {
    private FullDisk() {}

    public static void main(String[] arguments) throws IOException {
      try (var events = EventFile.open(Path.of(arguments[0]), Path.of(arguments[1]), CLOCK)) {
        for (var step = 1; step < 1000; step++) {
          events.append(new Measurements(step, Map.of("loss", 0.5)));
        }
      } catch (IOException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  /** As an attempt does: its metrics file holds what stands, the rest it measures. */
  private void append(int standing, List<String> measured) throws IOException {
    Files.write(metrics, lines.subList(0, standing));
    try (var events = EventFile.open(file, metrics, CLOCK)) {
      for (var line : measured) {
        events.append(
            Measurements.of(
                new ObjectMapper().readValue(line, new TypeReference<Map<String, Object>>() {})));
      }
    }
  }
}
