package io.llmforge.cli.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StartedPartsTest {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, UTF_8);
  private final List<String> closed = new ArrayList<>();

  @Test
  void whatStartedLastIsClosedFirst() throws Exception {
    try (var started = new StartedParts(out)) {
      started.add(() -> closed.add("cluster"));
      started.add(() -> closed.add("operator"));
    }

    assertThat(closed).containsExactly("operator", "cluster");
  }

  @Test
  void aPartThatDoesNotCloseDoesNotKeepTheOthersOpen() throws Exception {
    try (var started = new StartedParts(out)) {
      started.add(() -> closed.add("cluster"));
      started.add(
          () -> {
            throw new IllegalStateException("stuck");
          });
    }

    assertThat(closed).containsExactly("cluster");
    assertThat(bytes.toString(UTF_8)).contains("stuck");
  }
}
