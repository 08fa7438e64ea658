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

  /** Two ends of three ranks each, the one to blame first; the third rank lost another. */
  static Stream<Arguments> culprits() {
    return Stream.of(
        culprit(removed(Kill.DISRUPTION), code(83), Reason.POD_LOST),
        culprit(exited(143, Kill.DISRUPTION, SILENCE), code(78), Reason.KILLED),
        culprit(code(83), exited(137, Kill.OUT_OF_MEMORY, SILENCE), Reason.ACCELERATOR_FAILURE),
        culprit(exited(137, Kill.OUT_OF_MEMORY, SILENCE), code(65), Reason.HOST_OUT_OF_MEMORY),
        culprit(code(80), code(65), Reason.ACCELERATOR_OUT_OF_MEMORY),
        culprit(code(65), code(84), Reason.DATASET_INVALID),
        culprit(code(84), code(70), Reason.HANG),
        culprit(code(70), code(75), Reason.INTERNAL_ERROR),
        culprit(exited(137, Kill.NONE, SILENCE), code(75), Reason.KILLED),
        culprit(removed(Kill.NONE), code(82), Reason.POD_LOST),
        culprit(code(75), code(82), Reason.CHECKPOINTED_AND_STOPPED));
  }

  @ParameterizedTest
  @MethodSource("culprits")
  void lostRankIsBlamedAndNotThoseThatLostIt(TrainerPod culprit, TrainerPod other, Reason reason) {
    // The culprit is the last to end: a drained pod is removed long after the others noticed.
    List<IndexedPod> pods =
        List.of(
            new IndexedPod(0, "", "2026-01-02T03:04:05Z", code(82)),
            new IndexedPod(1, "", "2026-01-02T03:04:06Z", other),
            new IndexedPod(2, "", "2026-01-02T03:05:00Z", culprit));

    Failure failure =
        ((AttemptEnd.Failed) AttemptJudge.judge(group(StageJob.State.FAILED, pods))).failure();

    assertThat(failure.reason()).isEqualTo(reason);
    assertThat(failure.message()).startsWith("rank 2 of 3: ");
  }

  @Test
  void ofRanksThatFailedAlikeTheFirstIsBlamed() {
    List<IndexedPod> pods =
        List.of(
            new IndexedPod(0, "", "2026-01-02T03:04:06Z", code(82)),
            new IndexedPod(1, "", "2026-01-02T03:04:05Z", code(82)),
            new IndexedPod(2, "", "", new TrainerPod.Running("pod", "uid", "", true)));

    Failure failure =
        ((AttemptEnd.Failed) AttemptJudge.judge(group(StageJob.State.FAILED, pods))).failure();

    assertThat(failure.reason()).isEqualTo(Reason.COMMUNICATION_FAILURE);
    assertThat(failure.message()).startsWith("rank 1 of 3: ");
  }

  @Test
  void groupIsCompleteWhenItsFirstRankSaysSo() {
    List<IndexedPod> pods =
        List.of(
            new IndexedPod(1, "", "", exited(0, Kill.NONE, SILENCE)),
            new IndexedPod(0, "", "", exited(0, Kill.NONE, new LastWords.Report(COMPLETED))),
            new IndexedPod(2, "", "", exited(0, Kill.NONE, SILENCE)));

    assertThat(AttemptJudge.judge(group(StageJob.State.COMPLETE, pods)))
        .isEqualTo(new AttemptEnd.Completed(COMPLETED));
  }

  @Test
  void podThatOthersWaitForIsTheOneToShow() {
    TrainerPod running = new TrainerPod.Running("first", "uid", "", false);
    TrainerPod waiting =
        new TrainerPod.Waiting("second", TrainerPod.Waiting.Cause.SCHEDULING, "0/3 nodes");

    assertThat(group(StageJob.State.ACTIVE, List.of(new IndexedPod(0, "", "", running))).awaited())
        .isInstanceOf(TrainerPod.Absent.class);
    assertThat(
            group(
                    StageJob.State.ACTIVE,
                    List.of(
                        new IndexedPod(0, "", "", running),
                        new IndexedPod(2, "", "", running),
                        new IndexedPod(1, "", "", waiting)))
                .awaited())
        .isEqualTo(waiting);
  }

  private static Arguments culprit(TrainerPod culprit, TrainerPod other, Reason reason) {
    return Arguments.of(culprit, other, reason);
  }

  private static TrainerPod code(int exitCode) {
    return exited(exitCode, Kill.NONE, SILENCE);
  }

  private static StageJob group(StageJob.State state, List<IndexedPod> pods) {
    return new StageJob(
        "tiny-1-train-1",
        new JobMark(1, Stage.TRAIN, 1, "sha256:a", 1, 0),
        state,
        new StageJob.Shards(3, 0),
        pods,
        StageJob.Past.UNKNOWN);
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
