package io.llmforge.operator.decide;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.crds.plan.FailureCode;
import io.llmforge.crds.plan.FailureCode.FailureClass;
import io.llmforge.operator.identity.Stage;
import io.llmforge.operator.observe.IndexedPod;
import io.llmforge.operator.observe.JobMark;
import io.llmforge.operator.observe.LastWords;
import io.llmforge.operator.observe.StageJob;
import io.llmforge.operator.observe.TrainerPod;
import io.llmforge.operator.observe.TrainerPod.Kill;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of exit codes tells what the operator does. */
class ExitCodePageTest {

  private static final Pattern ROW =
      Pattern.compile(
          "(?m)^\\| ((?:any other|\\d+)[^|]*) \\| \\[`(\\w+)`]\\(#\\w+\\) \\| ([^|]+) \\|$");

  /** Exit codes that no trainer has, for the row about all others. */
  private static final List<Integer> OTHERS = List.of(1, 42, 255);

  record Row(String codes, String reason, String again) {

    private Kill kill() {
      return codes.contains("memory") ? Kill.OUT_OF_MEMORY : Kill.NONE;
    }

    private List<Integer> numbers() {
      return codes.equals("any other")
          ? OTHERS
          : Pattern.compile("\\d+")
              .matcher(codes)
              .results()
              .map(n -> Integer.valueOf(n.group()))
              .toList();
    }

    private FailureClass failureClass() {
      if (again.startsWith("no")) {
        return FailureClass.FATAL;
      }
      return again.startsWith("yes, not counted") ? FailureClass.RESUME : FailureClass.RETRY;
    }
  }

  static Stream<Row> rows() throws IOException {
    return ROW.matcher(Files.readString(Path.of("../docs/troubleshooting.md")))
        .results()
        .map(found -> new Row(found.group(1), found.group(2), found.group(3)));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void rowIsWhatTheJudgeSays(Row row) {
    for (int code : row.numbers()) {
      Failure failure = failure(code, row.kill());

      assertThat(failure.reason().text()).isEqualTo(row.reason());
      assertThat(failure.failureClass()).isEqualTo(row.failureClass());
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  void whatIsNotCountedAfterADisruptionIsSaidToBe(Row row) {
    for (int code : row.numbers()) {
      boolean counts = failure(code, Kill.DISRUPTION).failureClass() != FailureClass.RESUME;
      boolean saysSo = row.again().contains("not counted") || row.kill() == Kill.OUT_OF_MEMORY;

      assertThat(saysSo).as(row.toString()).isNotEqualTo(counts);
    }
  }

  @Test
  void everyEndHasItsRow() throws IOException {
    IntStream codes = Arrays.stream(FailureCode.values()).mapToInt(FailureCode::exitCode);

    assertThat(rows().flatMap(row -> row.numbers().stream()).distinct())
        .containsAll(IntStream.concat(codes, IntStream.of(0, 134, 137, 139, 143)).boxed().toList())
        .containsAll(OTHERS);
    assertThat(rows().filter(row -> row.codes().startsWith("137"))).hasSize(2);
  }

  private static Failure failure(int exitCode, Kill kill) {
    TrainerPod pod = new TrainerPod.Exited("pod", exitCode, kill, new LastWords.Silence());
    AttemptEnd end =
        AttemptJudge.judge(
            new StageJob(
                "tiny-1-train-1",
                new JobMark(1, Stage.TRAIN, 1, "sha256:a", 1, 0),
                StageJob.State.FAILED,
                new StageJob.Shards(1, 0),
                List.of(new IndexedPod(0, "", "", pod)),
                StageJob.Past.UNKNOWN));
    return ((AttemptEnd.Failed) end).failure();
  }
}
