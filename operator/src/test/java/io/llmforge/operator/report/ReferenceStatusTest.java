package io.llmforge.operator.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.JobCondition;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Reference;
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
import io.llmforge.operator.decide.Planning;
import io.llmforge.operator.decide.Reason;
import io.llmforge.operator.decide.RunState;
import io.llmforge.operator.decide.TrainingPlanner;
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
import io.llmforge.operator.observe.TrainerPod.Waiting.Cause;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is said of a run while the starting model scores its rows, and afterwards. */
class ReferenceStatusTest {

  private static final Owner OWNER = new Owner("team-a", "tiny", "uid");
  private static final FineTuneJobSpec SPEC = SpecDraft.of(JobFixture.preference()).build();
  private static final Planning.Planned PLANNED =
      (Planning.Planned) new TrainingPlanner(new LlmForgeConfigReader()).plan(OWNER, SPEC);
  private static final RunState SCORING_RUN =
      new RunState(1, PLANNED.hash(), 3, Stage.REFERENCE, 1, 0);
  private static final RunState TRAINING_RUN = SCORING_RUN.at(Stage.TRAIN);
  private static final TrainerPod RUNNING = new TrainerPod.Running("pod", "uid", "10.0.0.1", true);
  private static final TrainerPod DONE = exited(0);
  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
  private static final Instant LATER = Instant.parse("2026-11-23T13:00:00Z");

  private final StatusComposer composer = new StatusComposer();

  static Stream<Arguments> pods() {
    var noNode = new TrainerPod.Waiting("pod-2", Cause.SCHEDULING, "0/3 nodes: no nvidia.com/gpu");
    var noImage = new TrainerPod.Waiting("pod-2", Cause.IMAGE, "ErrImagePull: no such image");
    var soon = new TrainerPod.Waiting("pod-1", Cause.START, "");
    return Stream.of(
        row(
            "True",
            "Scoring",
            "1 of 3 shards are scored, 2 pods are at work",
            DONE,
            RUNNING,
            RUNNING),
        row("True", "Scoring", "1 pod is at work. Pod pod-2: 0/3 nodes", RUNNING, DONE, noNode),
        row("True", "Scoring", "0 of 3 shards are scored, 1 pod is at work.", RUNNING, soon),
        row("False", "Unschedulable", "Pod pod-2: 0/3 nodes", DONE, soon, noNode),
        row("False", "ImagePullFailed", "no such image", soon, noImage),
        row("False", "PodsPending", "waits to be started", soon),
        row("False", "PodsPending", "kubectl describe job tiny-1-reference-1"),
        row("False", "Restarting", "ended with exit code 70; its shard is tried again", exited(70)),
        row("True", "Scoring", "no pod is at work any more", DONE, DONE, DONE));
  }

  @ParameterizedTest
  @MethodSource("pods")
  void podsOfTheStageSayWhatRunningSays(
      List<TrainerPod> pods, String status, String reason, String words) {
    FineTuneJobStatus scoring = compose(scoring(job(StageJob.State.ACTIVE, pods)));

    assertThat(scoring.phase()).isEqualTo(Phase.Scoring);
    assertThat(scoring.message()).contains(words).doesNotContain("at work. Pod pod-1");
    assertThat(condition(scoring, "Running").status()).isEqualTo(status);
    assertThat(condition(scoring, "Running").reason()).isEqualTo(reason);
    assertThat(condition(scoring, "Running").message()).contains(words);
    assertThat(condition(scoring, "ReferenceReady").status()).isEqualTo("False");
    assertThat(condition(scoring, "ReferenceReady").reason()).isEqualTo("Scoring");
  }

  @Test
  void shardsAreCountedInStatusConditionAndDevices() {
    FineTuneJobStatus status =
        compose(scoring(job(StageJob.State.ACTIVE, List.of(DONE, RUNNING, RUNNING))));

    assertThat(status.reference()).isEqualTo(new Reference(3, 1));
    assertThat(status.resources().gpus()).isEqualTo(2);
    assertThat(condition(status, "ReferenceReady").message())
        .isEqualTo("1 of 3 shards are scored.");
    assertThat(status.run().stage()).isEqualTo(FineTuneJobStatus.Stage.Reference);
    assertThat(status.run().job()).isEqualTo("tiny-1-reference-1");
    assertThat(status.progress()).isNull();
  }

  @Test
  void beforeItsPodsExistTheStageIsScoringAllTheSame() {
    FineTuneJobStatus status =
        compose(new Decision.Train(PLANNED, SCORING_RUN, new Attempt.First(), AttemptTerms.FIRST));

    assertThat(status.phase()).isEqualTo(Phase.Scoring);
    assertThat(condition(status, "Running").reason()).isEqualTo("Starting");
    assertThat(condition(status, "ReferenceReady").reason()).isEqualTo("Scoring");
    assertThat(status.resources().gpus()).isEqualTo(3);
    assertThat(status.run().job()).isEqualTo("tiny-1-reference-1");
  }

  @Test
  void trainingKeepsWhatIsKnownOfTheReferenceWhenItsJobIsGone() {
    StageJob complete = job(StageJob.State.COMPLETE, List.of(DONE, DONE, DONE));
    var begins = new Decision.Train(PLANNED, TRAINING_RUN, new Attempt.First(), AttemptTerms.FIRST);
    FineTuneJobStatus starting = compose(Observation.NO_STATUS, List.of(complete), begins, NOON);

    FineTuneJobStatus later = compose(starting, List.of(), begins, LATER);

    assertThat(starting.phase()).isEqualTo(Phase.Starting);
    assertThat(starting.run().stage()).isEqualTo(FineTuneJobStatus.Stage.Train);
    assertThat(starting.run().job()).isEqualTo("tiny-1-train-1");
    assertThat(starting.resources().gpus()).isEqualTo(1);
    assertThat(condition(starting, "ReferenceReady").reason()).isEqualTo("Computed");
    assertThat(later).isEqualTo(starting);
  }

  @Test
  void referenceThatWasFoundIsAHitAlsoWhenItsPodsAreGone() {
    var begins = new Decision.Train(PLANNED, TRAINING_RUN, new Attempt.First(), AttemptTerms.FIRST);
    List<TrainerPod> pods = List.of(found(14, 14), found(13, 13), found(13, 13));
    StageJob complete = scored(pods);

    FineTuneJobStatus hit = compose(Observation.NO_STATUS, List.of(complete), begins, NOON);
    FineTuneJobStatus later = compose(hit, List.of(), begins, LATER);

    assertThat(hit.reference()).isEqualTo(new Reference(3, 3, 40L, 40L));
    assertThat(condition(hit, "ReferenceReady").status()).isEqualTo("True");
    assertThat(condition(hit, "ReferenceReady").reason()).isEqualTo("CacheHit");
    assertThat(condition(hit, "ReferenceReady").message()).startsWith("All 40 pairs were found.");
    assertThat(later).isEqualTo(hit);
  }

  @Test
  void referenceOfWhichAPairWasScoredIsComputed() {
    var begins = new Decision.Train(PLANNED, TRAINING_RUN, new Attempt.First(), AttemptTerms.FIRST);
    StageJob complete = scored(List.of(found(14, 14), found(13, 12), found(13, 13)));

    FineTuneJobStatus status = compose(Observation.NO_STATUS, List.of(complete), begins, NOON);

    assertThat(status.reference()).isEqualTo(new Reference(3, 3, 40L, 39L));
    assertThat(condition(status, "ReferenceReady").reason()).isEqualTo("Computed");
  }

  private static StageJob scored(List<TrainerPod> pods) {
    StageJob job = job(StageJob.State.COMPLETE, pods);
    return new StageJob(
        job.name(), job.mark(), job.state(), new StageJob.Shards(3, 3), job.pods(), job.past());
  }

  private static TrainerPod found(int pairs, int found) {
    var progress =
        new Progress(
            0,
            0,
            0,
            0,
            0,
            null,
            null,
            null,
            List.of(
                new Metric(Metric.PAIRS, pairs, 0, pairs, pairs, 0),
                new Metric(Metric.PAIRS_FOUND, found, 0, found, found, 0)),
            null,
            null);
    var output = new Output(Output.Kind.REFERENCE, "reference", "sha256:0", 0, 0);
    return new TrainerPod.Exited(
        "pod", 0, Kill.NONE, new LastWords.Report(new TrainingReport.Completed(progress, output)));
  }

  @Test
  void referenceOfAResultThatWasThereWasNeverMade() {
    RunState looked = SCORING_RUN.at(Stage.PREFLIGHT);
    var output =
        new TrainingReport.Output(
            TrainingReport.Output.Kind.ADAPTER, "pvc://a/b", "sha256:0", 1, 1);
    var adopted =
        new TrainingReport.Completed(
            TrainingReport.Progress.NONE, output, TrainingReport.Origin.ADOPTED);
    var succeed = new Decision.Succeed(PLANNED, looked, adopted);

    FineTuneJobStatus succeeded = compose(Observation.NO_STATUS, List.of(), succeed, NOON);
    FineTuneJobStatus rested =
        compose(succeeded, List.of(), new Decision.Rest(PLANNED, looked), LATER);

    for (FineTuneJobStatus status : List.of(succeeded, rested)) {
      assertThat(condition(status, "ReferenceReady").reason()).isEqualTo("NotStarted");
    }
  }

  @Test
  void failedShardFailsTheRunAndStaysSo() {
    StageJob failedJob = job(StageJob.State.FAILED, List.of(DONE, exited(65), DONE));
    Failure failure =
        new Failure(
            Reason.DATASET_INVALID,
            FailureClass.FATAL,
            "shard 1 of 3: train.jsonl line 3: no role",
            "pod-1",
            OptionalInt.of(65));
    var fail = new Decision.Fail(PLANNED, SCORING_RUN, failure);

    FineTuneJobStatus failed = compose(Observation.NO_STATUS, List.of(failedJob), fail, NOON);
    FineTuneJobStatus rested =
        compose(failed, List.of(failedJob), new Decision.Rest(PLANNED, SCORING_RUN), LATER);

    assertThat(failed.failure().stage()).isEqualTo("reference");
    assertThat(failed.failure().message()).contains("shard 1 of 3");
    assertThat(condition(failed, "ReferenceReady").reason()).isEqualTo("ShardsFailed");
    assertThat(condition(failed, "Failed").status()).isEqualTo("True");
    assertThat(rested).isEqualTo(failed);
  }

  @Test
  void changedSpecWaitsForTheReferenceOnly() {
    StageJob job = job(StageJob.State.ACTIVE, List.of(RUNNING, RUNNING, RUNNING));
    var await = new Decision.Await(PLANNED, SCORING_RUN, new Attempt.Scoring(job));

    FineTuneJobStatus status = compose(await);

    assertThat(status.phase()).isEqualTo(Phase.Scoring);
    assertThat(status.message())
        .contains("run 1 goes on until its reference is scored", "tiny-1-reference-1");
    assertThat(status.resources().gpus()).isEqualTo(3);
  }

  @Test
  void whatATaskDoesNotNeedIsNoNews() {
    FineTuneJobStatus status =
        compose(
            new Decision.Train(plainPlan(), plainRun(), new Attempt.First(), AttemptTerms.FIRST));

    assertThat(condition(status, "ReferenceReady").status()).isEqualTo("True");
    assertThat(condition(status, "ReferenceReady").reason()).isEqualTo("NotRequired");
    assertThat(status.reference()).isNull();
    assertThat(ConditionTurns.between(Observation.NO_STATUS, status))
        .extracting(JobCondition::type)
        .containsExactly("Accepted", "SourcesReady");
  }

  private static Planning.Planned plainPlan() {
    var spec = SpecDraft.of(JobFixture.config()).build();
    return (Planning.Planned) new TrainingPlanner(new LlmForgeConfigReader()).plan(OWNER, spec);
  }

  private static RunState plainRun() {
    return new RunState(1, plainPlan().hash(), 3, Stage.TRAIN, 1, 0);
  }

  private FineTuneJobStatus compose(Decision decision) {
    List<StageJob> jobs =
        decision instanceof Decision.Train train
                && train.attempt() instanceof Attempt.Scoring scoring
            ? List.of(scoring.work())
            : List.of();
    return compose(Observation.NO_STATUS, jobs, decision, NOON);
  }

  private FineTuneJobStatus compose(
      FineTuneJobStatus recorded, List<StageJob> jobs, Decision decision, Instant now) {
    Observation observation =
        new Observation(
            new Request(OWNER, 3, SPEC),
            recorded,
            Set.of(),
            jobs,
            new StatusAnswer.NotAsked(),
            now);
    return composer.compose(observation, decision, List.of(), now);
  }

  private static Decision scoring(StageJob job) {
    return new Decision.Train(PLANNED, SCORING_RUN, new Attempt.Scoring(job), AttemptTerms.FIRST);
  }

  private static StageJob job(StageJob.State state, List<TrainerPod> pods) {
    long done = pods.stream().filter(DONE::equals).count();
    return new StageJob(
        "tiny-1-reference-1",
        new JobMark(1, Stage.REFERENCE, 1, PLANNED.hash(), 3, 0),
        state,
        new StageJob.Shards(3, Math.toIntExact(done)),
        IntStream.range(0, pods.size())
            .mapToObj(shard -> new IndexedPod(shard, "", "", pods.get(shard)))
            .toList(),
        StageJob.Past.UNKNOWN);
  }

  private static TrainerPod exited(int exitCode) {
    return new TrainerPod.Exited("pod-x", exitCode, Kill.NONE, new LastWords.Silence());
  }

  private static Arguments row(String status, String reason, String words, TrainerPod... pods) {
    return Arguments.of(List.of(pods), status, reason, words);
  }

  private static JobCondition condition(FineTuneJobStatus status, String type) {
    return status.conditions().stream()
        .filter(condition -> condition.type().equals(type))
        .findFirst()
        .orElseThrow();
  }
}
