package io.llmforge.operator.decide;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.crds.plan.FailureCode;
import io.llmforge.crds.plan.FailureCode.FailureClass;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.crds.plan.TrainingReport.Output;
import io.llmforge.crds.plan.TrainingReport.Progress;
import io.llmforge.operator.identity.Stage;
import io.llmforge.operator.observe.IndexedPod;
import io.llmforge.operator.observe.JobMark;
import io.llmforge.operator.observe.LastWords;
import io.llmforge.operator.observe.StageJob;
import io.llmforge.operator.observe.TrainerPod;
import io.llmforge.operator.observe.TrainerPod.Kill;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class AttemptJudgeTest {

  private static final LastWords SILENCE = new LastWords.Silence();
  private static final TrainingReport.Completed COMPLETED =
      new TrainingReport.Completed(
          Progress.NONE, new Output(Output.Kind.ADAPTER, "pvc://a/b", "sha256:0", 1, 1));

  @Test
  void exitZeroWithACompletionReportCompletes() {
    AttemptEnd end = judge(exited(0, Kill.NONE, new LastWords.Report(COMPLETED)));

    assertThat(end).isEqualTo(new AttemptEnd.Completed(COMPLETED));
  }

  @ParameterizedTest
  @EnumSource
  void everyFailureCodeKeepsItsNameAndClass(FailureCode code) {
    var report = new TrainingReport.Failed(Progress.NONE, code, "what happened");

    Failure failure = failure(exited(code.exitCode(), Kill.NONE, new LastWords.Report(report)));

    assertThat(failure.reason().text()).isEqualTo(code.reason());
    assertThat(failure.failureClass()).isEqualTo(code.failureClass());
    assertThat(failure.message()).isEqualTo("what happened");
    assertThat(failure.exitCode()).hasValue(code.exitCode());
  }

  static Stream<Arguments> endings() {
    LastWords completed = new LastWords.Report(COMPLETED);
    LastWords invalid =
        new LastWords.Report(
            new TrainingReport.Failed(Progress.NONE, FailureCode.INVALID_CONFIG, "no head"));
    return Stream.of(
        // A completion report does not outweigh an exit code, and an exit code no missing report.
        row(exited(0, Kill.NONE, SILENCE), Reason.UNPROVEN_COMPLETION, FailureClass.FATAL),
        row(exited(0, Kill.NONE, invalid), Reason.UNPROVEN_COMPLETION, FailureClass.FATAL),
        row(exited(70, Kill.NONE, completed), Reason.INTERNAL_ERROR, FailureClass.RETRY),
        row(exited(75, Kill.NONE, SILENCE), Reason.CHECKPOINTED_AND_STOPPED, FailureClass.RESUME),
        // Where the exit code says nothing, the words do.
        row(exited(1, Kill.NONE, invalid), Reason.INVALID_CONFIG, FailureClass.FATAL),
        row(exited(1, Kill.NONE, SILENCE), Reason.UNEXPECTED_EXIT, FailureClass.RETRY),
        row(exited(134, Kill.NONE, SILENCE), Reason.NATIVE_CRASH, FailureClass.RETRY),
        row(exited(139, Kill.NONE, SILENCE), Reason.NATIVE_CRASH, FailureClass.RETRY),
        row(
            exited(137, Kill.OUT_OF_MEMORY, SILENCE),
            Reason.HOST_OUT_OF_MEMORY,
            FailureClass.FATAL),
        row(exited(137, Kill.NONE, SILENCE), Reason.KILLED, FailureClass.RETRY),
        row(exited(143, Kill.NONE, SILENCE), Reason.KILLED, FailureClass.RETRY),
        row(exited(143, Kill.DISRUPTION, SILENCE), Reason.KILLED, FailureClass.RESUME),
        row(removed(Kill.NONE), Reason.POD_LOST, FailureClass.RETRY),
        row(removed(Kill.DISRUPTION), Reason.POD_LOST, FailureClass.RESUME),
        row(new TrainerPod.Absent(), Reason.POD_LOST, FailureClass.RETRY),
        row(new TrainerPod.Running("pod", "uid", "", true), Reason.POD_LOST, FailureClass.RETRY));
  }

  @ParameterizedTest
  @MethodSource("endings")
  void endIsJudgedByExitCodeThenWords(TrainerPod pod, Reason reason, FailureClass failureClass) {
    Failure failure = failure(pod);

    assertThat(failure.reason()).isEqualTo(reason);
    assertThat(failure.failureClass()).isEqualTo(failureClass);
    assertThat(failure.message()).isNotBlank();
  }

  @Test
  void longLogIsQuotedFromItsEnd() {
    String log = "x".repeat(4000) + " the last line";

    Failure failure = failure(exited(1, Kill.NONE, new LastWords.Text(log)));

    assertThat(failure.message()).hasSizeLessThan(700).endsWith("the last line");
  }

  private static Arguments row(TrainerPod pod, Reason reason, FailureClass failureClass) {
    return Arguments.of(pod, reason, failureClass);
  }

  private static TrainerPod exited(int exitCode, Kill kill, LastWords words) {
    return new TrainerPod.Exited("pod", exitCode, kill, words);
  }

  private static TrainerPod removed(Kill kill) {
    return new TrainerPod.Removed("pod", kill, "Evicted: the node was low on disk");
  }

  private static Failure failure(TrainerPod pod) {
    return ((AttemptEnd.Failed) judge(pod)).failure();
  }

  private static AttemptEnd judge(TrainerPod pod) {
    return AttemptJudge.judge(
        new StageJob(
            "tiny-1-train-1",
            new JobMark(1, Stage.TRAIN, 1, "sha256:a", 1, 0),
            StageJob.State.FAILED,
            new StageJob.Shards(1, 0),
            List.of(new IndexedPod(0, "", "", pod)),
            StageJob.Past.UNKNOWN));
  }
}
