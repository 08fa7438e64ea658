package io.llmforge.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.trainer.data.RowFiles.Part;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A data set of 100 MB of tokens passes through a Java process of 48 MB. */
class RowsBeyondTheHeapTest {

  private static final int ROWS = 3_000;
  private static final int TOKENS = 8_192;

  @TempDir Path folder;

  @Test
  void rowsAreReadInStepsThatCouldNotBeHeld() throws Exception {
    var command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx48m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            SmallProcess.class.getName(),
            folder.toString());

    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    assertThat(said)
        .contains("read %d tokens".formatted((long) ROWS * TOKENS))
        .contains("held: OutOfMemoryError");
  }

  /** The process that has too little memory. */
  static final class SmallProcess {
    private SmallProcess() {}

    public static void main(String[] arguments) throws IOException {
      var cache = new RowCache(Path.of(arguments[0]).resolve("rows"), "k".repeat(64));
      var rows = cache.write(SmallProcess::content).train();
      System.out.printf("read %d tokens%n", readAll(rows));
      System.out.printf("held: %s%n", hold(rows));
    }

    private static RowSummary content(RowFiles files) throws IOException {
      var uncut =
          files.store(
              Part.TRAIN,
              1,
              sequences -> {
                for (int number = 0; number < ROWS; number++) {
                  sequences.accept(row(number));
                }
              });
      var cut = uncut.cut(TOKENS, new RowProblems("train.jsonl"));
      return new RowSummary(TOKENS, FileSummary.of(uncut.lengths(), cut), null, List.of());
    }

    private static TokenRow row(int number) {
      var tokens = new int[TOKENS];
      tokens[TOKENS - 1] = number;
      var trained = new BitSet();
      trained.set(1, TOKENS);
      return new TokenRow(number + 1, tokens, trained);
    }

    private static long readAll(RowSet rows) {
      var layout = new StepLayout(ROWS, 8, 1, 42);
      var steps = new StepRows(layout);
      var packer = new RowPacker(2 * TOKENS, 1);
      long read = 0;
      for (long step = 0; step < layout.totalSteps(); step++) {
        for (var batch : packer.pack(rows.sequencesOf(steps.of(step)))) {
          for (var row : batch) {
            if (row.tokens()[TOKENS - 1] != row.line() - 1) {
              throw new IllegalStateException("not the row that was written: " + row.line());
            }
            read += row.length();
          }
        }
      }
      return read;
    }

    private static String hold(RowSet rows) {
      try {
        return "all " + new ArrayList<>(rows.rows()).size();
      } catch (OutOfMemoryError expected) {
        return "OutOfMemoryError";
      }
    }
  }
}
