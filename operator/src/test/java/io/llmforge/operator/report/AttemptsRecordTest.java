package io.llmforge.operator.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.AttemptOutcome;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.AttemptStatus;
import io.llmforge.crds.config.LlmForgeConfigReader;
import io.llmforge.crds.plan.FailureCode.FailureClass;
import io.llmforge.operator.JobFixture;
import io.llmforge.operator.SpecDraft;
import io.llmforge.operator.decide.Attempt;
import io.llmforge.operator.decide.AttemptHistory;
import io.llmforge.operator.decide.AttemptTerms;
import io.llmforge.operator.decide.Decision;
import io.llmforge.operator.decide.Failure;
import io.llmforge.operator.decide.Planning;
import io.llmforge.operator.decide.Reason;
import io.llmforge.operator.decide.RunState;
import io.llmforge.operator.decide.TrainingPlanner;
import io.llmforge.operator.identity.Owner;
import io.llmforge.operator.identity.Stage;
import io.llmforge.operator.observe.IndexedPod;
import io.llmforge.operator.observe.JobMark;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.Request;
import io.llmforge.operator.observe.StageJob;
import io.llmforge.operator.observe.StatusAnswer;
import io.llmforge.operator.observe.TrainerPod;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a status remembers of a run's attempts from pass to pass. */
class AttemptsRecordTest {

  private static final Owner OWNER = new Owner("team-a", "tiny", "uid");
  private static final FineTuneJobSpec SPEC = SpecDraft.of(JobFixture.config()).build();
  private static final Planning.Planned PLANNED =
      (Planning.Planned) new TrainingPlanner(new LlmForgeConfigReader()).plan(OWNER, SPEC);
  private static final Failure FAILURE =
      new Failure(
          Reason.STORAGE_UNAVAILABLE, FailureClass.RETRY, "away", "pod", OptionalInt.of(69));
  private static final TrainerPod RUNNING = new TrainerPod.Running("pod", "uid", "10.0.0.1", true);
  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00.7Z");
  private static final Instant LATER = Instant.parse("2026-11-23T12:05:00Z");

  private final StatusComposer composer = new StatusComposer();

  @Test
  void attemptUnderWayBeginsWithItsFirstPod() {
    TrainerPod pending = new TrainerPod.Waiting("pod", TrainerPod.Waiting.Cause.START, "");
    FineTuneJobStatus waiting =
        compose(Observation.NO_STATUS, underway(1), job(1, "", pending), NOON);
    FineTuneJobStatus working =
        compose(waiting, underway(1), job(1, "2026-11-23T12:00:03Z", RUNNING), LATER);

    assertThat(waiting.attempts()).isNull();
    assertThat(working.attempts())
        .singleElement()
        .isEqualTo(
            new AttemptStatus(
                1, "tiny-1-train-1", "2026-11-23T12:00:03Z", null, null, null, null, null, null));
  }

  @Test
  void failedAttemptIsRecordedOnceHoweverOftenItIsLookedAt() {
    FineTuneJobStatus working =
        compose(Observation.NO_STATUS, underway(1), job(1, "2026-11-23T11:00:00Z", RUNNING), NOON);
    var backOff = new Decision.BackOff(PLANNED, run(2), new Attempt.Again(FAILURE), LATER);
    FineTuneJobStatus failed = compose(working, backOff, null, NOON);
    FineTuneJobStatus again =
        compose(
            failed,
            new Decision.Train(PLANNED, run(2), new Attempt.Again(FAILURE), AttemptTerms.FIRST),
            null,
            LATER);

    assertThat(failed.attempts())
        .containsExactly(
            new AttemptStatus(
                1,
                "tiny-1-train-1",
                "2026-11-23T11:00:00Z",
                "2026-11-23T12:00:00Z",
                AttemptOutcome.Failed,
                "StorageUnavailable",
                "away",
                null,
                69));
    assertThat(failed.message())
        .isEqualTo(
            "StorageUnavailable: away; attempt 2 starts at 2026-11-23T12:05:00Z. "
                + Reason.BACKING_OFF.sentence());
    assertThat(failed.resources().gpus()).isZero();
    assertThat(failed.run().job()).isNull();
    assertThat(again.attempts()).isEqualTo(failed.attempts());
  }

  @Test
  void oldestOfManyAttemptsAreForgotten() {
    FineTuneJobStatus status = Observation.NO_STATUS;
    for (int attempt = 1; attempt <= AttemptHistory.MOST + 3; attempt++) {
      status = compose(status, underway(attempt), job(attempt, "", RUNNING), NOON);
    }

    assertThat(status.attempts())
        .extracting(AttemptStatus::number)
        .containsExactly(13, 12, 11, 10, 9, 8, 7, 6, 5, 4);
  }

  @Test
  void nextRunBeginsWithoutAttempts() {
    FineTuneJobStatus before =
        compose(Observation.NO_STATUS, underway(1), job(1, "", RUNNING), NOON);
    var nextRun = new RunState(2, PLANNED.hash(), 3, Stage.TRAIN, 1, 0);

    FineTuneJobStatus after =
        compose(
            before,
            new Decision.Train(PLANNED, nextRun, new Attempt.First(), AttemptTerms.FIRST),
            null,
            LATER);

    assertThat(after.attempts()).isNull();
  }

  private FineTuneJobStatus compose(
      FineTuneJobStatus recorded, Decision decision, StageJob job, Instant now) {
    Observation observation =
        new Observation(
            new Request(OWNER, 3, SPEC),
            recorded,
            Set.of(),
            job == null ? List.of() : List.of(job),
            new StatusAnswer.NotAsked(),
            now);
    return composer.compose(observation, decision, List.of(), now);
  }

  private static Decision underway(int attempt) {
    return new Decision.Train(
        PLANNED,
        run(attempt),
        new Attempt.Underway("tiny-1-train-" + attempt, RUNNING),
        AttemptTerms.FIRST);
  }

  private static RunState run(int attempt) {
    return new RunState(1, PLANNED.hash(), 3, Stage.TRAIN, attempt, 0);
  }

  private static StageJob job(int attempt, String started, TrainerPod pod) {
    return new StageJob(
        "tiny-1-train-" + attempt,
        new JobMark(1, Stage.TRAIN, attempt, PLANNED.hash(), 3, 0),
        StageJob.State.ACTIVE,
        new StageJob.Shards(1, 0),
        List.of(new IndexedPod(0, started, "", pod)),
        StageJob.Past.UNKNOWN);
  }
}
