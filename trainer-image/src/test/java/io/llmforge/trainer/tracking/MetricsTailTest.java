package io.llmforge.trainer.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsTailTest {

  @TempDir Path folder;

  /** As those of a classification with thousands of labels. */
  @Test
  void lineThatIsLongerThanAChunkIsReadToo() throws IOException {
    Path file = folder.resolve("metrics.jsonl");
    String line = "{\"step\": %d, \"loss\": 0.5, \"note\": \"%s\"}\n";
    String text =
        line.formatted(1, "short")
            + line.formatted(2, "\u00e4".repeat(150_000))
            + line.formatted(3, "");
    Files.writeString(file, text + "{\"step\": 4,");
    var tail = new MetricsTail(file);

    var read = new ArrayList<Measurements>();
    for (var chunk = tail.next(); !chunk.isEmpty(); chunk = tail.next()) {
      read.addAll(chunk.measured());
      tail.accept(chunk);
    }

    assertThat(read).hasSize(3);
    Files.writeString(file, text + line.formatted(4, ""));
    assertThat(tail.next().measured()).hasSize(1);
  }
}
