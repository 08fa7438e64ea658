package io.llmforge.operator.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.JobCondition;
import io.llmforge.crds.config.LlmForgeConfigReader;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.crds.plan.TrainingReport.Progress;
import io.llmforge.operator.JobFixture;
import io.llmforge.operator.SpecDraft;
import io.llmforge.operator.decide.Attempt;
import io.llmforge.operator.decide.AttemptTerms;
import io.llmforge.operator.decide.Decision;
import io.llmforge.operator.decide.NextLook;
import io.llmforge.operator.decide.Planning;
import io.llmforge.operator.decide.RunState;
import io.llmforge.operator.decide.TrainingPlanner;
import io.llmforge.operator.identity.Owner;
import io.llmforge.operator.identity.Stage;
import io.llmforge.operator.observe.JobMark;
import io.llmforge.operator.observe.LastWords;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.Request;
import io.llmforge.operator.observe.StageJob;
import io.llmforge.operator.observe.StatusAnswer;
import io.llmforge.operator.observe.TrainerPod;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is over in a moment is not written, as every write is sent to everybody who watches. */
class PassingMomentsTest {

  private static final Instant CREATED = Instant.parse("2026-11-23T12:00:00Z");
  private static final Instant SOON = CREATED.plusSeconds(3);
  private static final Instant LATE = CREATED.plusSeconds(10);
  private static final Owner OWNER = new Owner("team-a", "tiny", "uid");
  private static final FineTuneJobSpec SPEC = SpecDraft.of(JobFixture.config()).build();
  private static final Planning.Planned PLANNED =
      (Planning.Planned) new TrainingPlanner(new LlmForgeConfigReader()).plan(OWNER, SPEC);
  private static final TrainerPod WAITING =
      new TrainerPod.Waiting("pod", TrainerPod.Waiting.Cause.START, "");
  private static final TrainerPod READY = new TrainerPod.Running("pod", "uid", "10.0.0.1", true);
  private static final TrainerPod ENDED =
      new TrainerPod.Exited("pod", 0, TrainerPod.Kill.NONE, new LastWords.Silence());

  private static final StatusAnswer NOT_ASKED = new StatusAnswer.NotAsked();
  private static final StatusAnswer FIRST_STEP =
      new StatusAnswer.Report(
          new TrainingReport.Running(
              TrainingReport.Phase.TRAINING,
              new Progress(
                  1, 2, 0.5, 1, 8, null, null, "2026-11-23T12:00:00Z", List.of(), null, null)));

  private final StatusComposer composer = new StatusComposer();

  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"PREFLIGHT", "TRAIN"})
  void podsThatAreOnTheirWayAreNoNewsForTenSeconds(Stage stage) {
    FineTuneJobStatus begun = compose(stage, new Attempt.First(), Observation.NO_STATUS, SOON);

    FineTuneJobStatus noPod = compose(stage, at(stage, new TrainerPod.Absent()), begun, SOON);
    FineTuneJobStatus waits = compose(stage, at(stage, WAITING), noPod, SOON);
    FineTuneJobStatus waitsLong = compose(stage, at(stage, WAITING), waits, LATE);

    assertThat(noPod).isEqualTo(begun);
    assertThat(waits).isEqualTo(begun);
    assertThat(running(waitsLong).reason()).isEqualTo("PodsPending");
  }

  @Test
  void operatorLooksAgainWhenItIsNews() {
    Observation observation = observation(Stage.TRAIN, Observation.NO_STATUS, SOON, NOT_ASKED);

    assertThat(NextLook.at(observation, train(Stage.TRAIN, at(Stage.TRAIN, WAITING))))
        .contains(LATE);
  }

  @Test
  void troubleIsNewsAtOnce() {
    var unschedulable =
        new TrainerPod.Waiting("pod", TrainerPod.Waiting.Cause.SCHEDULING, "0/3 nodes");

    FineTuneJobStatus status =
        compose(Stage.TRAIN, at(Stage.TRAIN, unschedulable), Observation.NO_STATUS, SOON);

    assertThat(running(status).reason()).isEqualTo("Unschedulable");
  }

  @Test
  void endOfAPodIsNoNewsBeforeItsJobSaysHowItEnded() {
    FineTuneJobStatus training =
        composer.compose(
            observation(Stage.TRAIN, Observation.NO_STATUS, SOON, FIRST_STEP),
            train(Stage.TRAIN, at(Stage.TRAIN, READY)),
            List.of(),
            SOON);

    FineTuneJobStatus ended = compose(Stage.TRAIN, at(Stage.TRAIN, ENDED), training, SOON);

    assertThat(ended).isEqualTo(training);
    assertThat(ConditionTurns.between(training, ended)).isEmpty();
  }

  @Test
  void firstStepsAreNoEventBesideTheirTrainers() {
    FineTuneJobStatus begun =
        compose(Stage.TRAIN, at(Stage.TRAIN, READY), Observation.NO_STATUS, SOON);

    FineTuneJobStatus training =
        composer.compose(
            observation(Stage.TRAIN, begun, SOON, FIRST_STEP),
            train(Stage.TRAIN, at(Stage.TRAIN, READY)),
            List.of(),
            SOON);

    assertThat(training.conditions())
        .filteredOn(condition -> condition.type().equals("TrainingHealthy"))
        .extracting(JobCondition::reason)
        .containsExactly("Progressing");
    assertThat(ConditionTurns.between(begun, training)).isEmpty();
  }

  private FineTuneJobStatus compose(
      Stage stage, Attempt attempt, FineTuneJobStatus recorded, Instant now) {
    return composer.compose(
        observation(stage, recorded, now, NOT_ASKED), train(stage, attempt), List.of(), now);
  }

  private static Attempt at(Stage stage, TrainerPod pod) {
    return stage == Stage.PREFLIGHT
        ? new Attempt.Checking("tiny-1-preflight-1", pod)
        : new Attempt.Underway("tiny-1-train-1", pod);
  }

  private static Decision.Train train(Stage stage, Attempt attempt) {
    return new Decision.Train(PLANNED, run(stage), attempt, AttemptTerms.FIRST);
  }

  private static RunState run(Stage stage) {
    return new RunState(1, PLANNED.hash(), 3, stage, 1, 0);
  }

  private static Observation observation(
      Stage stage, FineTuneJobStatus recorded, Instant now, StatusAnswer answer) {
    var job =
        new StageJob(
            "tiny-1-" + stage.label() + "-1",
            new JobMark(1, stage, 1, PLANNED.hash(), 3, 0),
            StageJob.State.ACTIVE,
            new StageJob.Shards(1, 0),
            List.of(),
            new StageJob.Past(Optional.of(CREATED), Optional.empty()));
    return new Observation(
        new Request(OWNER, 3, SPEC), recorded, Set.of(), List.of(job), answer, now);
  }

  private static JobCondition running(FineTuneJobStatus status) {
    return status.conditions().stream()
        .filter(condition -> condition.type().equals("Running"))
        .findFirst()
        .orElseThrow();
  }
}
