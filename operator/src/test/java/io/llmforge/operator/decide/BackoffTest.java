package io.llmforge.operator.decide;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Backoff;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.AttemptOutcome;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.AttemptStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Run;
import io.llmforge.crds.config.LlmForgeConfigReader;
import io.llmforge.crds.plan.FailureCode;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.crds.plan.TrainingReport.Progress;
import io.llmforge.operator.JobFixture;
import io.llmforge.operator.SpecDraft;
import io.llmforge.operator.identity.Owner;
import io.llmforge.operator.identity.Stage;
import io.llmforge.operator.observe.IndexedPod;
import io.llmforge.operator.observe.JobMark;
import io.llmforge.operator.observe.LastWords;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.Request;
import io.llmforge.operator.observe.StageJob;
import io.llmforge.operator.observe.StatusAnswer;
import io.llmforge.operator.observe.TrainerPod;
import io.llmforge.operator.observe.TrainerPod.Kill;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When an attempt follows one that failed, and when none does. Pauses begin with ten seconds. */
class BackoffTest {

  private static final Owner OWNER = new Owner("team-a", "tiny", "uid");
  private static final TrainingPlanner PLANNER = new TrainingPlanner(new LlmForgeConfigReader());
  private static final FineTuneJobSpec SPEC =
      SpecDraft.of(JobFixture.config())
          .runPolicy(
              new FineTuneJobSpec.RunPolicy(
                  3, new Backoff(10, 600), null, null, null, null, null, null))
          .build();
  private static final String HASH = ((Planning.Planned) PLANNER.plan(OWNER, SPEC)).hash();
  private static final String DAY = "2026-11-23T";

  @ParameterizedTest(name = "[{index}] exit code {0}, {1} failures before, at {2} -> {3}")
  @CsvSource({
    // The pod ended at 12:00:00, as the clock of its node has it.
    "70, 0, 11:00:00Z, BackOff 2 until 11:00:10Z",
    "70, 0, 12:00:01Z, BackOff 2 until 12:00:10Z",
    "70, 0, 12:00:10Z, Train 2",
    "70, 1, 12:00:10Z, BackOff 2 until 12:00:20Z",
    "70, 2, 12:00:10Z, BackOff 2 until 12:00:40Z",
    "70, 3, 12:00:10Z, Fail INTERNAL_ERROR",
    "75, 0, 12:00:01Z, Train 2",
    "65, 0, 12:00:01Z, Fail DATASET_INVALID",
  })
  void justEndedAttemptIsFollowedAfterItsPause(
      int exitCode, int failuresBefore, String now, String expected) {
    Observation observation =
        observation(
            now,
            status(1, failuresBefore, "tiny-1-train-1", List.of()),
            List.of(failed(1, exitCode, 10)));

    assertThat(decided(observation)).isEqualTo(expected);
  }

  @ParameterizedTest(name = "[{index}] {0} at 12:00:00, {1} failures, at {2} -> {3}")
  @CsvSource({
    "Failed, 1, 12:00:01Z, BackOff 2 until 12:00:10Z",
    "Failed, 1, 12:00:10Z, Train 2",
    "Failed, 2, 12:00:19Z, BackOff 2 until 12:00:20Z",
    "Interrupted, 1, 12:00:01Z, Train 2",
  })
  void restartedOperatorWaitsForTheSameTime(
      AttemptOutcome outcome, int failures, String now, String expected) {
    AttemptStatus before = attempt(1, outcome, "InternalError", 10L);

    assertThat(decided(observation(now, status(2, failures, null, List.of(before)), List.of())))
        .isEqualTo(expected);
  }

  @Test
  void attemptThatWaitsKeepsTheReasonOfTheOneBefore() {
    AttemptStatus before = attempt(1, AttemptOutcome.Failed, "StorageUnavailable", null);

    Decision decision =
        new Decider(PLANNER)
            .decide(observation("12:00:01Z", status(2, 1, null, List.of(before)), List.of()));

    Failure previous = ((Decision.BackOff) decision).attempt().previous();
    assertThat(previous.reason()).isEqualTo(Reason.STORAGE_UNAVAILABLE);
    assertThat(previous.message()).isEqualTo("words");
  }

  @ParameterizedTest(name = "[{index}] {0} at {1}, then {2} at {3} -> {4}")
  @CsvSource(
      nullValues = "-",
      value = {
        "InternalError, 10, 70, 10, Fail REPEATED_FAILURE",
        "InternalError, 10, 70, 11, Train 3",
        "NativeCrash, 10, 70, 10, Train 3",
        // Nobody knows at which step it was.
        "InternalError, -, 70, 10, Train 3",
        "InternalError, 10, 70, -, Train 3",
        // What surrounds the run may fail it anywhere.
        "StorageUnavailable, 10, 69, 10, Train 3",
        "CommunicationFailure, 10, 82, 10, Train 3",
      })
  void sameFailureAtTheSameStepIsTheLast(
      String reason, Long step, int exitCode, Integer laterStep, String expected) {
    AttemptStatus before = attempt(1, AttemptOutcome.Failed, reason, step);
    StageJob job = laterStep == null ? silent(2, exitCode) : failed(2, exitCode, laterStep);

    Observation observation =
        observation("13:00:00Z", status(2, 1, "tiny-1-train-2", List.of(before)), List.of(job));

    assertThat(decided(observation)).isEqualTo(expected);
  }

  @Test
  void firstFailureOfATryThatWasAskedForRepeatsNone() {
    List<AttemptStatus> before = List.of(attempt(1, AttemptOutcome.Failed, "InternalError", 10L));
    Observation observation =
        observation(
            "13:00:00Z", status(2, 0, "tiny-1-train-2", before), List.of(failed(2, 70, 10)));

    assertThat(decided(observation)).isEqualTo("Train 3");
  }

  @Test
  void interruptionInBetweenHidesNoRepetition() {
    List<AttemptStatus> before =
        List.of(
            attempt(2, AttemptOutcome.Interrupted, "CheckpointedAndStopped", 7L),
            attempt(1, AttemptOutcome.Failed, "InternalError", 10L));
    Observation observation =
        observation(
            "13:00:00Z", status(3, 1, "tiny-1-train-3", before), List.of(failed(3, 70, 10)));

    var decision = (Decision.Fail) new Decider(PLANNER).decide(observation);

    assertThat(decision.failure().message())
        .isEqualTo("attempts 1 and 3 both ended with InternalError at step 10: words");
  }

  private static String decided(Observation observation) {
    Decision decision = new Decider(PLANNER).decide(observation);
    return switch (decision) {
      case Decision.BackOff backOff ->
          "BackOff %d until %s"
              .formatted(
                  backOff.run().attempt(), backOff.until().toString().substring(DAY.length()));
      case Decision.Train train -> "Train " + train.run().attempt();
      case Decision.Fail fail -> "Fail " + fail.failure().reason();
      default -> decision.toString();
    };
  }

  private static Observation observation(
      String time, FineTuneJobStatus status, List<StageJob> jobs) {
    return new Observation(
        new Request(OWNER, 1, SPEC),
        status,
        Set.of(),
        jobs,
        new StatusAnswer.NotAsked(),
        Instant.parse(DAY + time));
  }

  private static FineTuneJobStatus status(
      int attempt, int failedAttempts, String job, List<AttemptStatus> attempts) {
    Run run = new Run(1, HASH, 1L, null, null, null, null, attempt, failedAttempts, job);
    return new FineTuneJobStatus(
        null, null, null, run, null, null, null, null, null, null, null, null, null, attempts, null,
        null, null);
  }

  private static AttemptStatus attempt(
      int number, AttemptOutcome outcome, String reason, Long step) {
    return new AttemptStatus(
        number,
        "tiny-1-train-" + number,
        DAY + "11:00:00Z",
        DAY + "12:00:00Z",
        outcome,
        reason,
        "words",
        step,
        null);
  }

  private static StageJob failed(int attempt, int exitCode, int step) {
    var progress = new Progress(step, 100, 0, 0, 0, null, null, null, List.of(), null, null);
    var code = FailureCode.ofExitCode(exitCode).orElseThrow();
    return job(
        attempt,
        new TrainerPod.Exited(
            "pod",
            exitCode,
            Kill.NONE,
            new LastWords.Report(new TrainingReport.Failed(progress, code, "words"))));
  }

  private static StageJob silent(int attempt, int exitCode) {
    return job(attempt, new TrainerPod.Exited("pod", exitCode, Kill.NONE, new LastWords.Silence()));
  }

  private static StageJob job(int attempt, TrainerPod pod) {
    return new StageJob(
        "tiny-1-train-" + attempt,
        new JobMark(1, Stage.TRAIN, attempt, HASH, 1, 0),
        StageJob.State.FAILED,
        new StageJob.Shards(1, 0),
        List.of(new IndexedPod(0, DAY + "11:00:00Z", DAY + "12:00:00Z", pod)),
        StageJob.Past.UNKNOWN);
  }
}
