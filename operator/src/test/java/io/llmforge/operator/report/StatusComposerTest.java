package io.llmforge.operator.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.JobCondition;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Outcome;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.crds.config.Finding;
import io.llmforge.crds.config.LlmForgeConfigReader;
import io.llmforge.crds.plan.FailureCode.FailureClass;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.crds.plan.TrainingReport.Metric;
import io.llmforge.crds.plan.TrainingReport.Output;
import io.llmforge.crds.plan.TrainingReport.Progress;
import io.llmforge.operator.JobFixture;
import io.llmforge.operator.SpecDraft;
import io.llmforge.operator.decide.Attempt;
import io.llmforge.operator.decide.AttemptTerms;
import io.llmforge.operator.decide.Decision;
import io.llmforge.operator.decide.Failure;
import io.llmforge.operator.decide.Hold;
import io.llmforge.operator.decide.Planning;
import io.llmforge.operator.decide.Reason;
import io.llmforge.operator.decide.RunState;
import io.llmforge.operator.decide.TrainingPlanner;
import io.llmforge.operator.identity.ObjectKey;
import io.llmforge.operator.identity.Owner;
import io.llmforge.operator.identity.Stage;
import io.llmforge.operator.identity.StopCause;
import io.llmforge.operator.observe.JobMark;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.Request;
import io.llmforge.operator.observe.StageJob;
import io.llmforge.operator.observe.StatusAnswer;
import io.llmforge.operator.observe.TrainerPod;
import io.llmforge.operator.observe.TrainerPod.Waiting.Cause;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class StatusComposerTest {

  private static final Owner OWNER = new Owner("team-a", "tiny", "uid");
  private static final FineTuneJobSpec SPEC = SpecDraft.of(JobFixture.config()).build();
  private static final Planning.Planned PLANNED =
      (Planning.Planned) new TrainingPlanner(new LlmForgeConfigReader()).plan(OWNER, SPEC);
  private static final Planning.Refused REFUSED =
      new Planning.Refused(
          Reason.INVALID_CONFIG,
          List.of(new Finding(Finding.Severity.ERROR, "train_path", null, "is missing")));
  private static final RunState RUN = new RunState(1, PLANNED.hash(), 3, Stage.TRAIN, 1, 0);
  private static final RunState LOOKING = RUN.at(Stage.PREFLIGHT);
  private static final Progress PROGRESS =
      new Progress(
          124,
          266,
          1.4,
          3,
          9000,
          41200.4,
          6720L,
          "2026-11-23T10:00:00Z",
          List.of(new Metric(Metric.TRAIN_LOSS, 0.8312345678, 124, 2.5, 0.81, 120)),
          null,
          null);
  private static final Failure FAILURE =
      new Failure(
          Reason.DIVERGED, FailureClass.FATAL, "loss is NaN at step 7", "pod", OptionalInt.of(81));
  private static final StageJob STOPPING =
      new StageJob(
          "job",
          new JobMark(1, Stage.TRAIN, 1, "hash", 3, 0),
          StageJob.State.STOPPING,
          new StageJob.Shards(1, 0),
          List.of(),
          StageJob.Past.UNKNOWN);
  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00.5Z");
  private static final Instant LATER = Instant.parse("2026-11-23T13:00:00Z");

  private static final String SHORT =
      "team-gpu needs 2 requests.nvidia.com/gpu, free 1 (hard 3, used 2)";

  private final StatusComposer composer = new StatusComposer();

  static Stream<Arguments> rows() {
    TrainerPod ready = new TrainerPod.Running("pod", "uid", "10.0.0.1", true);
    TrainerPod loading = new TrainerPod.Running("pod", "uid", "10.0.0.1", false);
    var completed =
        new TrainingReport.Completed(
            PROGRESS, new Output(Output.Kind.ADAPTER, "pvc://m/a", "sha256:0", 5, 266));
    // decision, phase, then Accepted SourcesReady QuotaReserved ReferenceReady Running
    // TrainingHealthy CheckpointAvailable OutputPublished Suspended Ready Reconciling Stalled
    // Complete Failed
    return Stream.of(
        row(new Decision.Refuse(REFUSED), Phase.Failed, "F U F F F U F F F F F T F T"),
        row(new Decision.Validated(PLANNED, LOOKING), Phase.Pending, "T T T T F U F F F T F F F F"),
        row(look(new Attempt.First()), Phase.Validating, "T F T T F U F F F F T F F F"),
        row(look(new Attempt.Again(FAILURE)), Phase.Validating, "T F T T F U F F F F T F F F"),
        row(looking(new TrainerPod.Absent()), Phase.Validating, "T F T T F U F F F F T F F F"),
        row(looking(ready), Phase.Validating, "T F T T T U F F F F T F F F"),
        row(
            new Decision.Fail(PLANNED, LOOKING, FAILURE),
            Phase.Failed,
            "T F T T F U F F F F F T F T"),
        row(train(new Attempt.First()), Phase.Starting, "T T T T F U F F F F T F F F"),
        row(train(new Attempt.Again(FAILURE)), Phase.Starting, "T T T T F U F F F F T F F F"),
        row(underway(new TrainerPod.Absent()), Phase.Starting, "T T T T F U F F F F T F F F"),
        row(underway(loading), Phase.Starting, "T T T T F U F F F F T F F F"),
        row(underway(ready), Phase.Training, "T T T T T U F F F F T F F F"),
        row(
            new Decision.Await(REFUSED, RUN, new Attempt.Underway("job", ready)),
            Phase.Training,
            "F T T T T U F F F F T F F F"),
        row(queue(new Hold.InLine(2, SHORT, "")), Phase.Queued, "T T F T F U F F F F T F F F"),
        row(queue(new Hold.TooLarge(SHORT)), Phase.Queued, "T T F T F U F F F F F T F F"),
        row(
            queue(new Hold.Collecting("tiny-1-train-1", 0, 2, Duration.ofSeconds(30))),
            Phase.Queued,
            "T T F T F U F F F F T F F F"),
        row(
            queue(new Hold.Pausing("tiny-1-train-1", "", Duration.ofSeconds(10))),
            Phase.Queued,
            "T T F T F U F F F F T F F F"),
        row(queue(new Hold.Withdrawing(STOPPING)), Phase.Queued, "T T F T F U F F F F T F F F"),
        row(
            new Decision.Suspending(PLANNED, RUN, STOPPING),
            Phase.Suspending,
            "T T T T F U F F F F T F F F"),
        row(
            new Decision.Stopping(PLANNED, RUN, STOPPING, StopCause.HANG),
            Phase.Starting,
            "T T T T F F F F F F T F F F"),
        row(
            new Decision.BackOff(PLANNED, RUN, new Attempt.Again(FAILURE), LATER),
            Phase.Starting,
            "T T T T F U F F F F T F F F"),
        row(
            new Decision.Suspended(PLANNED, RUN, new Attempt.First()),
            Phase.Suspended,
            "T T T T F U F F T F F F F F"),
        row(
            new Decision.Succeed(PLANNED, RUN, completed),
            Phase.Succeeded,
            "T T T T F U F T F T F F T F"),
        row(new Decision.Fail(PLANNED, RUN, FAILURE), Phase.Failed, "T T T T F U F F F F F T F T"));
  }

  static Stream<Arguments> looks() {
    var fetching = new TrainerPod.Waiting("pod", TrainerPod.Waiting.Cause.SOURCES, "");
    var ready = new TrainerPod.Running("pod", "uid", "10.0.0.1", true);
    return Stream.of(
        Arguments.of(looking(fetching), "FetchingSources", "being copied"),
        Arguments.of(looking(ready), "Validating", "without an accelerator"),
        Arguments.of(
            new Decision.Fail(PLANNED, LOOKING, FAILURE), "Diverged", "loss is NaN at step 7"),
        Arguments.of(
            new Decision.Suspended(PLANNED, LOOKING, new Attempt.First()),
            "SuspendedByUser",
            "spec.suspend"),
        Arguments.of(train(new Attempt.First()), "Verified", "nothing was found wrong"));
  }

  @ParameterizedTest
  @MethodSource("looks")
  void preflightSaysHowFarSourcesAre(Decision decision, String reason, String words) {
    FineTuneJobStatus status = compose(fresh(), decision, NOON);

    assertThat(condition(status, "SourcesReady").reason()).isEqualTo(reason);
    assertThat(condition(status, "SourcesReady").message()).contains(words);
  }

  @Test
  void checkpointThatIsSavedIsSaidWithItsStepAndStays() {
    var saved = new TrainingReport.Saved("step-100", 100, 1.5);
    var progress = new Progress(124, 266, 1.4, 3, 9000, null, null, null, List.of(), saved, null);
    FineTuneJobStatus training = compose(reporting(progress), trainingNow(), NOON);
    FineTuneJobStatus failed =
        compose(after(training), new Decision.Fail(PLANNED, RUN, FAILURE), LATER);

    assertThat(condition(training, "CheckpointAvailable").status()).isEqualTo("True");
    assertThat(condition(training, "CheckpointAvailable").reason()).isEqualTo("Saved");
    assertThat(condition(training, "CheckpointAvailable").message())
        .contains("step-100 holds step 100");
    assertThat(condition(failed, "CheckpointAvailable").status()).isEqualTo("True");
  }

  @Test
  void runThatOnlyLooksHoldsNoAccelerator() {
    assertThat(compose(fresh(), look(new Attempt.First()), NOON).resources().gpus()).isZero();
    assertThat(compose(fresh(), looking(new TrainerPod.Absent()), NOON).resources().gpus())
        .isZero();
  }

  @Test
  void resultThatWasTakenOverIsSaidToBeForEver() {
    var report =
        new TrainingReport.Completed(
            PROGRESS,
            new Output(Output.Kind.ADAPTER, "pvc://m/a", "sha256:0", 5, 266),
            TrainingReport.Origin.ADOPTED);

    FineTuneJobStatus adopted = compose(fresh(), new Decision.Succeed(PLANNED, RUN, report), NOON);
    FineTuneJobStatus rested = compose(after(adopted), new Decision.Rest(PLANNED, RUN), LATER);

    assertThat(adopted.outputs()).singleElement().extracting("adopted").isEqualTo(true);
    assertThat(adopted.attempts().getFirst().reason()).isEqualTo("Adopted");
    assertThat(adopted.message()).contains("nothing was trained");
    for (FineTuneJobStatus status : List.of(adopted, rested)) {
      assertThat(status.conditions())
          .filteredOn(condition -> condition.type().equals("Complete"))
          .extracting("status", "reason")
          .containsExactly(tuple("True", "Adopted"));
    }
  }

  @Test
  void resumedRunSaysSoUntilItIsSuspendedAgain() {
    FineTuneJobStatus suspended =
        compose(fresh(), new Decision.Suspended(PLANNED, RUN, new Attempt.First()), NOON);
    FineTuneJobStatus resumed = compose(after(suspended), train(new Attempt.First()), LATER);
    FineTuneJobStatus later = compose(after(resumed), train(new Attempt.First()), LATER);

    assertThat(condition(suspended, "Suspended").reason()).isEqualTo("SuspendedByUser");
    assertThat(condition(suspended, "Reconciling").status()).isEqualTo("False");
    assertThat(suspended.run().job()).isNull();
    assertThat(suspended.resources().gpus()).isZero();
    assertThat(condition(resumed, "Suspended").reason()).isEqualTo("Resumed");
    assertThat(later).isEqualTo(resumed);
  }

  @ParameterizedTest
  @MethodSource("rows")
  void everyDecisionSetsEveryCondition(Decision decision, Phase phase, String truths) {
    FineTuneJobStatus status = compose(fresh(), decision, NOON);

    assertThat(status.phase()).isEqualTo(phase);
    assertThat(status.message()).isNotBlank();
    assertThat(status.observedGeneration()).isEqualTo(3);
    assertThat(status.conditions())
        .extracting(JobCondition::type)
        .containsExactly(
            "Accepted",
            "SourcesReady",
            "QuotaReserved",
            "ReferenceReady",
            "Running",
            "TrainingHealthy",
            "CheckpointAvailable",
            "OutputPublished",
            "Suspended",
            "Ready",
            "Reconciling",
            "Stalled",
            "Complete",
            "Failed");
    assertThat(status.conditions())
        .extracting(condition -> condition.status().substring(0, 1))
        .containsExactly(truths.split(" "));
    assertThat(status.conditions())
        .allSatisfy(
            condition -> {
              assertThat(condition.observedGeneration()).isEqualTo(3);
              assertThat(condition.lastTransitionTime()).isEqualTo("2026-11-23T12:00:00Z");
              assertThat(condition.reason()).matches("[A-Z][A-Za-z]+");
              assertThat(condition.message()).isNotBlank();
            });
  }

  @ParameterizedTest
  @MethodSource("rows")
  void equalFactsLaterGiveAnEqualStatus(Decision decision, Phase phase, String truths) {
    FineTuneJobStatus first = compose(fresh(), decision, NOON);

    // A run that ended is at rest in the next pass.
    Decision next =
        switch (decision) {
          case Decision.Succeed succeed -> new Decision.Rest(PLANNED, RUN);
          case Decision.Fail fail -> new Decision.Rest(PLANNED, fail.run());
          default -> decision;
        };
    FineTuneJobStatus second = compose(after(first), next, LATER);

    assertThat(second).isEqualTo(first);
  }

  @Test
  void onlyConditionsThatTurnGetANewTime() {
    FineTuneJobStatus first = compose(fresh(), train(new Attempt.First()), NOON);

    TrainerPod ready = new TrainerPod.Running("pod", "uid", "10.0.0.1", true);
    FineTuneJobStatus second = compose(after(first), underway(ready), LATER);

    assertThat(condition(second, "Running").lastTransitionTime()).isEqualTo("2026-11-23T13:00:00Z");
    assertThat(condition(second, "Accepted").lastTransitionTime())
        .isEqualTo("2026-11-23T12:00:00Z");
    assertThat(second.run().startTime()).isEqualTo("2026-11-23T12:00:00Z");
  }

  @Test
  void progressIsToldInNumbersAndWords() {
    FineTuneJobStatus status = compose(reporting(PROGRESS), trainingNow(), NOON);

    assertThat(status.progress())
        .isEqualTo(
            new FineTuneJobStatus.Progress(
                46,
                124,
                266,
                "124/266",
                "1.40",
                "0.831235",
                "41200",
                6720L,
                "1h52m",
                "2026-11-23T10:00:00Z",
                "training",
                "2026-11-23T12:00:00Z"));
    assertThat(status.message())
        .isEqualTo("training: epoch 1.40/3.00, step 124/266, loss 0.831235.");
    assertThat(status.metrics()).singleElement().extracting("best").isEqualTo("0.81");
  }

  @ParameterizedTest
  @CsvSource({"NaN, NaN", "Infinity, Infinity", "0.00001, 0.00001", "1234567, 1234570", "2, 2"})
  void numbersTravelAsText(double value, String text) {
    assertThat(ProgressText.number(value)).isEqualTo(text);
  }

  @Test
  void timeOfTheNewestStepStaysUntilThereIsAnother() {
    FineTuneJobStatus first = compose(reporting(PROGRESS), trainingNow(), NOON);
    var answer =
        new StatusAnswer.Report(
            new TrainingReport.Running(TrainingReport.Phase.TRAINING, PROGRESS));
    var other =
        new StatusAnswer.Report(
            new TrainingReport.Running(TrainingReport.Phase.EVALUATING, PROGRESS));

    assertThat(compose(observation(first, answer), trainingNow(), LATER)).isEqualTo(first);
    assertThat(compose(observation(first, other), trainingNow(), LATER).progress().lastChangeTime())
        .isEqualTo("2026-11-23T13:00:00Z");
  }

  @Test
  void trainerThatDoesNotAnswerIsNotUnhealthy() {
    var silence = new StatusAnswer.Unavailable("uid", "no answer within 2000 ms");

    FineTuneJobStatus status =
        compose(observation(Observation.NO_STATUS, silence), trainingNow(), NOON);

    assertThat(condition(status, "TrainingHealthy").status()).isEqualTo("Unknown");
    assertThat(condition(status, "TrainingHealthy").reason()).isEqualTo("ReportUnavailable");
  }

  @Test
  void questionWithoutAnAnswerSaysNothingNew() {
    var missed = new StatusAnswer.Missed("uid", "connection refused");
    var silence = new StatusAnswer.Unavailable("uid", "connection refused");
    FineTuneJobStatus healthy = compose(reporting(PROGRESS), trainingNow(), NOON);
    FineTuneJobStatus silent = compose(observation(healthy, silence), trainingNow(), NOON);

    assertThat(condition(healthy, "TrainingHealthy").reason()).isEqualTo("Progressing");
    assertThat(compose(observation(healthy, missed), trainingNow(), LATER).conditions())
        .isEqualTo(healthy.conditions());
    assertThat(condition(silent, "TrainingHealthy").reason()).isEqualTo("ReportUnavailable");
    assertThat(compose(observation(silent, missed), trainingNow(), LATER).conditions())
        .isEqualTo(silent.conditions());
    FineTuneJobStatus fresh =
        compose(observation(Observation.NO_STATUS, missed), trainingNow(), NOON);
    assertThat(condition(fresh, "TrainingHealthy").reason()).isEqualTo("NotTraining");
  }

  @Test
  void trainerThatHasJustBegunNeedNotAnswer() {
    var silence = new StatusAnswer.Unavailable("uid", "connection refused");
    var loading = new TrainerPod.Running("pod", "uid", "10.0.0.1", false);

    FineTuneJobStatus status =
        compose(observation(Observation.NO_STATUS, silence), underway(loading), NOON);

    assertThat(condition(status, "TrainingHealthy").reason()).isEqualTo("NotTraining");
  }

  @Test
  void silenceOfTheTrainerKeepsTheLastProgress() {
    FineTuneJobStatus before = compose(reporting(PROGRESS), trainingNow(), NOON);

    FineTuneJobStatus after = compose(after(before), trainingNow(), LATER);

    assertThat(after.progress()).isEqualTo(before.progress());
    assertThat(after.metrics()).isEqualTo(before.metrics());
  }

  @Test
  void nextRunForgetsTheLastOne() {
    FineTuneJobStatus failed = compose(reporting(PROGRESS), trainingNow(), NOON);
    failed = compose(after(failed), new Decision.Fail(PLANNED, RUN, FAILURE), NOON);

    RunState second = new RunState(2, PLANNED.hash(), 3, Stage.TRAIN, 1, 0);
    FineTuneJobStatus status =
        compose(
            after(failed),
            new Decision.Train(PLANNED, second, new Attempt.First(), AttemptTerms.FIRST),
            LATER);

    assertThat(status.progress()).isNull();
    assertThat(status.failure()).isNull();
    assertThat(status.run().number()).isEqualTo(2);
    assertThat(status.run().outcome()).isNull();
    assertThat(status.run().startTime()).isEqualTo("2026-11-23T13:00:00Z");
  }

  @Test
  void failureNamesPodExitCodeAndRemedy() {
    FineTuneJobStatus status = compose(fresh(), new Decision.Fail(PLANNED, RUN, FAILURE), NOON);

    assertThat(status.failure())
        .isEqualTo(
            new FineTuneJobStatus.Failure(
                "Diverged",
                "loss is NaN at step 7.",
                "train",
                "pod",
                81,
                Reason.DIVERGED.sentence()
                    + " Where the spec is right, change spec.retryToken to have the run tried again."));
    assertThat(status.run().outcome()).isEqualTo(Outcome.Failed);
    assertThat(status.run().completionTime()).isEqualTo("2026-11-23T12:00:00Z");
    assertThat(condition(status, "Failed").message()).contains("step 7", "learning_rate");
  }

  @Test
  void waitingPodSaysForWhatAndWhatToDo() {
    var waiting = new TrainerPod.Waiting("tiny-pod", Cause.IMAGE, "ErrImagePull: no such image");

    FineTuneJobStatus status = compose(fresh(), underway(waiting), NOON);

    assertThat(condition(status, "Running").reason()).isEqualTo("ImagePullFailed");
    assertThat(condition(status, "Running").message())
        .contains("tiny-pod", "no such image", "spec.image");
  }

  @Test
  void obstacleIsNamedAndTheJobIsNotRecorded() {
    var obstacle =
        new Obstacle(
            new ObjectKey("Job", "tiny-1-train-1"),
            Reason.QUOTA_EXCEEDED,
            "exceeded quota: team, requested: count/jobs.batch=1.");

    FineTuneJobStatus status =
        composer.compose(fresh(), train(new Attempt.First()), List.of(obstacle), NOON);

    assertThat(status.phase()).isEqualTo(Phase.Pending);
    assertThat(status.run().job()).isNull();
    assertThat(condition(status, "Stalled").status()).isEqualTo("True");
    assertThat(condition(status, "Running").reason()).isEqualTo("QuotaExceeded");
    assertThat(condition(status, "Running").message())
        .contains("Job tiny-1-train-1", "exceeded quota: team");
  }

  @Test
  void waitingChangeIsSaid() {
    TrainerPod ready = new TrainerPod.Running("pod", "uid", "10.0.0.1", true);
    var await = new Decision.Await(PLANNED, RUN, new Attempt.Underway("tiny-1-train-1", ready));

    FineTuneJobStatus status = compose(fresh(), await, NOON);

    assertThat(status.message()).contains("spec has changed", "run 1 goes on", "tiny-1-train-1");
  }

  /** What a job without status gets. */
  static FineTuneJobStatus composed(Decision decision) {
    return new StatusComposer().compose(fresh(), decision, List.of(), NOON);
  }

  private FineTuneJobStatus compose(Observation observation, Decision decision, Instant now) {
    return composer.compose(observation, decision, List.of(), now);
  }

  private static Decision queue(Hold hold) {
    return new Decision.Queue(PLANNED, RUN, new Attempt.First(), hold);
  }

  private static Decision train(Attempt attempt) {
    return new Decision.Train(PLANNED, RUN, attempt, AttemptTerms.FIRST);
  }

  private static Decision look(Attempt attempt) {
    return new Decision.Train(PLANNED, LOOKING, attempt, AttemptTerms.FIRST);
  }

  private static Decision looking(TrainerPod pod) {
    return look(new Attempt.Checking("tiny-1-preflight-1", pod));
  }

  private static Decision underway(TrainerPod pod) {
    return train(new Attempt.Underway("tiny-1-train-1", pod));
  }

  private static Decision trainingNow() {
    return underway(new TrainerPod.Running("pod", "uid", "10.0.0.1", true));
  }

  private static Observation fresh() {
    return after(Observation.NO_STATUS);
  }

  private static Observation after(FineTuneJobStatus recorded) {
    return observation(recorded, new StatusAnswer.NotAsked());
  }

  private static Observation reporting(Progress progress) {
    return observation(
        Observation.NO_STATUS,
        new StatusAnswer.Report(
            new TrainingReport.Running(TrainingReport.Phase.TRAINING, progress)));
  }

  private static Observation observation(FineTuneJobStatus recorded, StatusAnswer answer) {
    return new Observation(
        new Request(OWNER, 3, SPEC), recorded, Set.of(), List.of(), answer, NOON);
  }

  private static Arguments row(Decision decision, Phase phase, String truths) {
    return Arguments.of(decision, phase, truths);
  }

  private static JobCondition condition(FineTuneJobStatus status, String type) {
    return status.conditions().stream()
        .filter(condition -> condition.type().equals(type))
        .findFirst()
        .orElseThrow();
  }
}
