package io.llmforge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is offered for real models is accepted and becomes objects. */
class RealModelManifestsTest {

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  static Stream<Path> manifests() throws IOException {
    try (var files = Files.list(Path.of("../examples/manifests"))) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("manifests")
  void manifestIsAcceptedAndOnlyItsPromptFormatIsRemarkedOn(Path manifest) {
    assertThat(run("validate", manifest)).as(out::toString).isZero();

    assertThat(out.toString().lines())
        .filteredOn(line -> !line.contains("warning: spec.config.generation_config.prompt_format:"))
        .singleElement()
        .asString()
        .startsWith(manifest + ": accepted as FineTuneJob");
  }

  @ParameterizedTest
  @MethodSource("manifests")
  void manifestBecomesJobPlanAndWorkspace(Path manifest) {
    assertThat(run("render", manifest)).as(err::toString).isZero();

    assertThat(out.toString())
        .contains("kind: Job\n")
        .contains("kind: ConfigMap\n")
        .contains("kind: PersistentVolumeClaim\n")
        .contains("nvidia.com/gpu");
  }

  private int run(String command, Path file) {
    return Llmforge.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(command, file.toString());
  }
}
