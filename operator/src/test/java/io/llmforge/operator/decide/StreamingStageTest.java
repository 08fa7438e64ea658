package io.llmforge.operator.decide;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Reference;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.ReferenceMode;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Run;
import io.llmforge.crds.config.LlmForgeConfigReader;
import io.llmforge.crds.plan.FailureCode;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.crds.plan.TrainingReport.Output;
import io.llmforge.crds.plan.TrainingReport.Progress;
import io.llmforge.operator.JobFixture;
import io.llmforge.operator.SpecDraft;
import io.llmforge.operator.decide.Demand.PodKind;
import io.llmforge.operator.identity.Owner;
import io.llmforge.operator.identity.Stage;
import io.llmforge.operator.identity.StopCause;
import io.llmforge.operator.observe.HeldJob;
import io.llmforge.operator.observe.HeldJob.GatedPod;
import io.llmforge.operator.observe.IndexedPod;
import io.llmforge.operator.observe.JobMark;
import io.llmforge.operator.observe.LastWords;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.QueueFacts;
import io.llmforge.operator.observe.QueueFacts.Waiting;
import io.llmforge.operator.observe.QueuedJob;
import io.llmforge.operator.observe.Request;
import io.llmforge.operator.observe.StageJob;
import io.llmforge.operator.observe.StatusAnswer;
import io.llmforge.operator.observe.TrainerPod;
import io.llmforge.operator.observe.TrainerPod.Kill;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The transition table of a run whose trainer works beside the pods that score. Recorded is a stage
 * of run 1, attempt 1, with its Job or before it ({@code -planned}); the reference has two shards.
 */
class StreamingStageTest {

  private static final Owner OWNER = new Owner("team-a", "tiny", "uid");
  private static final TrainingPlanner PLANNER = new TrainingPlanner(new LlmForgeConfigReader());
  private static final String HASH = ((Planning.Planned) PLANNER.plan(OWNER, spec("same"))).hash();
  private static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");
  private static final String REFERENCE = "tiny-1-reference-1";
  private static final TrainingReport.Completed COMPLETED =
      new TrainingReport.Completed(
          Progress.NONE, new Output(Output.Kind.ADAPTER, "pvc://a/b", "sha256:0", 1, 1));

  private final Decider decider = new Decider(PLANNER);

  @ParameterizedTest(name = "[{index}] {0} recorded, reference {1}, train {2}, {3} spec -> {4}")
  @CsvSource(
      value = {
        // recorded, reference Job, train Job, spec -> decision
        "none,          none,      none,     same,       preflight 1/1 First",
        // Training begins when every pod that scores has.
        "reference,     starting,  none,     same,       reference 1/1 Scoring",
        "reference,     active,    none,     same,       train 1/1 First",
        "reference,     active,    none,     sequential, reference 1/1 Scoring",
        "reference,     active,    none,     other,      Await reference 1/1",
        "reference,     active,    none,     suspended,  Suspending reference 1/1",
        "reference,     evicted,   none,     same,       reference 1/1 Scoring",
        "reference,     complete,  none,     same,       train 1/1 First",
        // The operator died after it had created the train Job and before it could record it.
        "reference,     active,    active,   same,       train 1/1 Underway",
        // The trainer waits for its own quota while they score.
        "train-planned, active,    none,     same,       train 1/1 First",
        "train-planned, active,    none,     sequential, train 1/1 First",
        "train-planned, starting,  none,     same,       train 1/1 First",
        "train-planned, fatal,     none,     same,       Fail DATASET_INVALID reference",
        "train-planned, stopping,  none,     same,       Stopping reference 1/1 SUSPENDED",
        "train-planned, stopped,   none,     same,       reference 1/2 Again",
        "train-planned, active,    none,     suspended,  Suspending reference 1/1",
        "train-planned, stopped,   none,     suspended,  Suspended reference 1/2",
        "train-planned, active,    none,     other,      Stopping reference 1/1 UNNEEDED",
        "train-planned, unneeded,  none,     other,      preflight 2/1 First",
        "train-planned, unneeded,  none,     same,       reference 1/2 Again",
        // Both are at work.
        "train,         active,    active,   same,       train 1/1 Underway",
        "train,         complete,  active,   same,       train 1/1 Underway",
        "train,         active,    active,   other,      Await train 1/1",
        "train,         active,    active,   suspended,  Suspending train 1/1",
        // Without scores the trainer would wait for ever.
        "train,         fatal,     active,   same,       Stopping train 1/1 REFERENCE_ENDED",
        "train,         evicted,   active,   same,       Stopping train 1/1 REFERENCE_ENDED",
        "train,         stopped,   active,   same,       Stopping train 1/1 REFERENCE_ENDED",
        "train,         fatal,     stopping, same,       Stopping train 1/1 REFERENCE_ENDED",
        "train,         fatal,     ended,    same,       Fail DATASET_INVALID reference",
        "train,         lost-pods, ended,    same,       reference 1/2 Again",
        "train,         stopping,  ended,    same,       Stopping reference 1/1 SUSPENDED",
        "train,         stopped,   ended,    same,       reference 1/2 Again",
        // It fails by itself: the next one goes on beside those that score.
        "train,         active,    failed,   same,       train 1/2 Again",
        "train,         stopped,   failed,   same,       reference 1/2 Again",
        "train,         active,    failed,   other,      Stopping reference 1/1 UNNEEDED",
        "train,         unneeded,  failed,   other,      preflight 2/1 First",
        // What ends the run ends those that score first.
        "train,         active,    fatal,    same,       Stopping reference 1/1 UNNEEDED",
        "train,         unneeded,  fatal,    same,       Fail INVALID_CONFIG train",
        "train,         active,    complete, same,       Stopping reference 1/1 UNNEEDED",
        "train,         unneeded,  complete, same,       Succeed train 1/1",
        "train,         fatal,     complete, same,       Succeed train 1/1",
        // Suspended, both are begun anew: what is scored and saved stays.
        "train,         stopping,  stopped,  suspended,  Suspending reference 1/1",
        "train,         active,    stopped,  suspended,  Suspending reference 1/1",
        "train,         stopped,   stopped,  suspended,  Suspended reference 1/2",
        "train,         stopped,   stopped,  same,       reference 1/2 Again",
        "train,         complete,  stopped,  suspended,  Suspended train 1/2",
      })
  void factsLeadToOneDecision(
      String recorded, String reference, String train, String spec, String expected) {
    Observation observation = observation(spec, recorded, jobs(reference, train));
    if (reference.equals("evicted")) {
      observation = observation.with(evicted());
    }

    assertThat(DecisionText.of(decider.decide(observation))).isEqualTo(expected);
  }

  @Test
  void wordsOfTheShardAreTheCause() {
    Observation observation = observation("same", "train", jobs("fatal", "ended"));

    var failure = ((Decision.Fail) decider.decide(observation)).failure();

    assertThat(failure.message()).isEqualTo("shard 1 of 2: train.jsonl line 3: no role");
    assertThat(failure.pod()).isEqualTo("pod-1");
  }

  @Test
  void bothStagesShareTheirTries() {
    Observation begun = tried(1, "reference", jobs("active", "none"));
    Observation last = tried(2, "train", jobs("lost-pods", "ended"));

    assertThat(((Decision.Train) decider.decide(begun)).run())
        .returns(Stage.TRAIN, RunState::stage)
        .returns(1, RunState::failedAttempts);
    assertThat(decider.decide(last)).isInstanceOf(Decision.Fail.class);
  }

  @Test
  void podThatReplacesOneThatScoredIsLetGoBesideATrainer() {
    var gated = new GatedPod("pod-1b", List.of());
    var held =
        new HeldJob(
            REFERENCE, mark(Stage.REFERENCE), HeldJob.State.RESERVED, 2, 2, List.of(gated), NOW);
    Observation observation =
        observation("same", "train", jobs("active", "active"))
            .with(
                new QueueFacts(
                    NOW,
                    new Waiting("tiny", 0, ""),
                    List.of(),
                    List.of(),
                    Optional.empty(),
                    List.of(held)));
    var demand = new Demand(1, Map.of(), Map.of(), new PodKind(false, false, ""));

    Admission admission =
        new QuotaQueue(QuotaQueue.PATIENCE, Duration.ofSeconds(1))
            .admit(decider.decide(observation), demand, observation);

    assertThat(admission.release()).containsExactly(gated);
  }

  @Test
  void streamingIsNothingForAnotherTask() {
    var planning =
        PLANNER.plan(
            OWNER,
            SpecDraft.of(JobFixture.classification())
                .reference(new Reference(ReferenceMode.Streaming))
                .build());

    assertThat(planning.findings())
        .anyMatch(finding -> finding.path().equals("spec.reference"))
        .noneMatch(finding -> finding.message().contains("ReadWriteOnce"));
  }

  @Test
  void oneVolumeForBothIsWarnedOf() {
    assertThat(PLANNER.plan(OWNER, spec("same")).findings())
        .anyMatch(
            finding ->
                finding.path().equals("spec.storage.workspace.accessMode")
                    && finding.message().contains("training begins when scoring is over"));
  }

  private static Observation observation(String spec, String recorded, List<StageJob> jobs) {
    return observation(spec, status(recorded, 0), jobs);
  }

  /** Of {@link #spec} "same", after failures that count. */
  private static Observation tried(int failedAttempts, String recorded, List<StageJob> jobs) {
    return observation("same", status(recorded, failedAttempts), jobs);
  }

  private static Observation observation(
      String spec, FineTuneJobStatus recorded, List<StageJob> jobs) {
    return new Observation(
        new Request(OWNER, spec.equals("other") ? 2 : 1, spec(spec)),
        recorded,
        Set.of(),
        jobs,
        new StatusAnswer.NotAsked(),
        NOW);
  }

  private static FineTuneJobSpec spec(String name) {
    ObjectNode config = JobFixture.preference();
    if (name.equals("other")) {
      config.put("learning_rate", 0.5e-4);
    }
    var atOnce =
        new FineTuneJobSpec.RunPolicy(
            2, new FineTuneJobSpec.Backoff(0, 0), null, null, null, null, null, null);
    var mode = name.equals("sequential") ? ReferenceMode.Sequential : ReferenceMode.Streaming;
    return SpecDraft.of(config)
        .suspend(name.equals("suspended"))
        .runPolicy(atOnce)
        .reference(new Reference(mode))
        .build();
  }

  private static FineTuneJobStatus status(String recorded, int failedAttempts) {
    if (recorded.equals("none")) {
      return Observation.NO_STATUS;
    }
    var stage =
        recorded.startsWith("reference")
            ? FineTuneJobStatus.Stage.Reference
            : FineTuneJobStatus.Stage.Train;
    String job = recorded.endsWith("-planned") ? null : "tiny-1-" + recorded + "-1";
    Run run = new Run(1, HASH, 1L, null, null, null, stage, 1, failedAttempts, job);
    return new FineTuneJobStatus(
        null, null, null, run, null, null, null, null, null, null, null, null, null, null, null,
        null, null);
  }

  private static List<StageJob> jobs(String reference, String train) {
    List<StageJob> jobs = new ArrayList<>();
    if (!reference.equals("none")) {
      jobs.add(reference(reference));
    }
    if (!train.equals("none")) {
      jobs.add(train(train));
    }
    return jobs;
  }

  private static StageJob reference(String state) {
    return switch (state) {
      case "starting" ->
          reference(
              StageJob.State.ACTIVE,
              null,
              running(0),
              pod(1, new TrainerPod.Waiting("pod-1", TrainerPod.Waiting.Cause.SCHEDULING, "")));
      case "active", "evicted" -> reference(StageJob.State.ACTIVE, null, running(0), running(1));
      case "complete" -> reference(StageJob.State.COMPLETE, null);
      case "fatal" ->
          reference(
              StageJob.State.FAILED,
              null,
              pod(1, exited("pod-1", 65, "train.jsonl line 3: no role")));
      case "lost-pods" -> reference(StageJob.State.FAILED, null);
      case "stopping" -> reference(StageJob.State.STOPPING, StopCause.SUSPENDED);
      case "stopped" -> reference(StageJob.State.STOPPED, StopCause.SUSPENDED);
      case "unneeded" -> reference(StageJob.State.STOPPED, StopCause.UNNEEDED);
      default -> throw new IllegalArgumentException(state);
    };
  }

  private static StageJob train(String state) {
    return switch (state) {
      case "active" -> train(StageJob.State.ACTIVE, null, new TrainerPod.Absent());
      case "stopping" ->
          train(StageJob.State.STOPPING, StopCause.REFERENCE_ENDED, new TrainerPod.Absent());
      case "ended" ->
          train(StageJob.State.STOPPED, StopCause.REFERENCE_ENDED, new TrainerPod.Absent());
      case "stopped" -> train(StageJob.State.STOPPED, StopCause.SUSPENDED, new TrainerPod.Absent());
      case "failed" -> train(StageJob.State.FAILED, null, exited("pod", 70, "bad luck"));
      case "fatal" -> train(StageJob.State.FAILED, null, exited("pod", 78, "bad plan"));
      case "complete" ->
          train(
              StageJob.State.COMPLETE,
              null,
              new TrainerPod.Exited("pod", 0, Kill.NONE, new LastWords.Report(COMPLETED)));
      default -> throw new IllegalArgumentException(state);
    };
  }

  private static StageJob reference(StageJob.State state, StopCause cause, IndexedPod... pods) {
    return job(Stage.REFERENCE, state, new StageJob.Shards(2, 0), List.of(pods), cause);
  }

  private static StageJob train(StageJob.State state, StopCause cause, TrainerPod pod) {
    return job(Stage.TRAIN, state, new StageJob.Shards(1, 0), List.of(pod(0, pod)), cause);
  }

  private static StageJob job(
      Stage stage,
      StageJob.State state,
      StageJob.Shards shards,
      List<IndexedPod> pods,
      StopCause cause) {
    return new StageJob(
        "tiny-1-%s-1".formatted(stage.label()),
        mark(stage),
        state,
        shards,
        pods,
        new StageJob.Past(Optional.empty(), Optional.ofNullable(cause)));
  }

  private static JobMark mark(Stage stage) {
    return new JobMark(1, stage, 1, HASH, 1, 0);
  }

  private static IndexedPod running(int shard) {
    return pod(shard, new TrainerPod.Running("pod-" + shard, "uid", "", true));
  }

  private static IndexedPod pod(int shard, TrainerPod pod) {
    return new IndexedPod(shard, "", "", pod);
  }

  private static TrainerPod exited(String name, int exitCode, String words) {
    FailureCode code = FailureCode.ofExitCode(exitCode).orElseThrow();
    return new TrainerPod.Exited(
        name,
        exitCode,
        Kill.NONE,
        new LastWords.Report(new TrainingReport.Failed(Progress.NONE, code, words)));
  }

  private static QueueFacts evicted() {
    return new QueueFacts(
        NOW,
        new Waiting("tiny", 0, ""),
        List.of(),
        List.of(),
        Optional.empty(),
        List.of(),
        List.of(
            new QueuedJob(
                REFERENCE, "team-queue", QueuedJob.State.EVICTED, "preempted", Optional.empty())));
  }
}
