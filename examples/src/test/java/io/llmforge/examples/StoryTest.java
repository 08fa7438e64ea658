package io.llmforge.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.cli.run.Installation;
import io.llmforge.cli.run.LocalRun;
import io.llmforge.cli.run.RunResult;
import io.llmforge.cli.story.Story;
import io.llmforge.localcluster.ClusterSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every example, end to end: the packaged operator, real trainer processes, the local cluster. What
 * is asserted stands in the example's own {@code expected-status.yaml}.
 */
@Tag("cluster")
@Execution(ExecutionMode.SAME_THREAD)
class StoryTest {

  private static final Path HOME = Path.of("").toAbsolutePath().getParent();
  private static final Path DATA = Path.of("target", "stories").toAbsolutePath();

  @ParameterizedTest
  @MethodSource("stories")
  void everyStoryEndsAsItSays(Path folder) throws Exception {
    Story story = Story.read(folder);

    RunResult result =
        new LocalRun(new Installation(HOME), ClusterSource.chosen(), DATA, System.out, false)
            .run(story);

    assertThat(result.mismatches()).as("%s", result).isEmpty();
  }

  @Test
  void everyStoryHasAnExpectationAndAReadme() throws Exception {
    assertThat(stories())
        .hasSizeGreaterThanOrEqualTo(3)
        .allSatisfy(folder -> assertThat(folder.resolve("expected-status.yaml")).exists())
        .allSatisfy(folder -> assertThat(folder.resolve("README.md")).exists());
  }

  @Test
  void noRowIsBothTrainedAndEvaluatedOn() throws Exception {
    for (Path folder : stories()) {
      List<String> train = rows(folder.resolve("data/train.jsonl"));
      List<String> validation = rows(folder.resolve("data/valid.jsonl"));

      assertThat(validation).as("%s", folder).noneMatch(train::contains);
    }
  }

  static List<Path> stories() throws IOException {
    try (Stream<Path> folders = Files.list(HOME.resolve("examples"))) {
      return folders
          .filter(folder -> Files.exists(folder.resolve("finetunejob.yaml")))
          .sorted()
          .toList();
    }
  }

  private static List<String> rows(Path file) throws IOException {
    return Files.exists(file) ? Files.readAllLines(file, StandardCharsets.UTF_8) : List.of();
  }
}
