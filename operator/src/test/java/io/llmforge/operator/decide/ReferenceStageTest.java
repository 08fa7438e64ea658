package io.llmforge.operator.decide;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Run;
import io.llmforge.crds.config.LlmForgeConfigReader;
import io.llmforge.crds.plan.FailureCode;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.crds.plan.TrainingReport.Output;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The transition table of a run with a reference. Recorded is a stage of run 1, attempt 1, with its
 * Job ({@code reference}, {@code train}) or before it ({@code -planned}); the reference Job has
 * three shards.
 */
class ReferenceStageTest {

  private static final Owner OWNER = new Owner("team-a", "tiny", "uid");
  private static final TrainingPlanner PLANNER = new TrainingPlanner(new LlmForgeConfigReader());
  private static final String HASH = ((Planning.Planned) PLANNER.plan(OWNER, spec("same"))).hash();
  private static final TrainingReport.Completed COMPLETED =
      new TrainingReport.Completed(
          Progress.NONE, new Output(Output.Kind.ADAPTER, "pvc://a/b", "sha256:0", 1, 1));

  private final Decider decider = new Decider(PLANNER);

  @ParameterizedTest(name = "[{index}] {0} recorded, reference {2}, train {3}, {4} spec -> {5}")
  @CsvSource(
      value = {
        // recorded, failed before, reference Job, train Job, spec -> decision
        "none,              0, none,      none,     same,    preflight 1/1 First",
        "reference-planned, 0, none,      none,     same,    reference 1/1 First",
        "reference-planned, 0, none,      none,     other,   preflight 2/1 First",
        // Scoring.
        "reference,         0, active,    none,     same,    reference 1/1 Scoring",
        "reference,         0, active,    none,     other,   Await reference 1/1",
        "reference,         0, active,    none,     refused, Await reference 1/1",
        // Scored: the same attempt goes on with training.
        "reference,         0, complete,  none,     same,    train 1/1 First",
        "reference,         1, complete,  none,     same,    train 1/1 First",
        "reference,         0, complete,  none,     other,   preflight 2/1 First",
        "reference,         0, complete,  none,     refused, Refuse",
        // The operator died after it had created the train Job and before it could record it.
        "reference,         0, complete,  active,   same,    train 1/1 Underway",
        "reference,         0, complete,  active,   other,   Await train 1/1",
        "reference,         0, complete,  complete, same,    Succeed train 1/1",
        "reference,         0, complete,  failed,   same,    train 1/2 Again",
        // Training: what became of the reference Job does not matter any more.
        "train-planned,     0, complete,  none,     same,    train 1/1 First",
        "train-planned,     0, none,      none,     same,    train 1/1 First",
        "train,             0, complete,  active,   same,    train 1/1 Underway",
        "train,             0, none,      active,   same,    train 1/1 Underway",
        "train,             0, none,      failed,   same,    train 1/2 Again",
        "train,             2, none,      failed,   same,    Fail INTERNAL_ERROR train",
        "train,             0, complete,  none,     same,    train 1/2 Again",
        "train,             0, complete,  complete, same,    Succeed train 1/1",
        // The Job has tried each shard as often as another try may help.
        "reference,         0, fatal,     none,     same,    Fail DATASET_INVALID reference",
        "reference,         0, retried,   none,     same,    Fail INTERNAL_ERROR reference",
        "reference,         0, stopped,   none,     same,    reference 1/2 Again",
        "reference,         0, lost-pods, none,     same,    reference 1/2 Again",
        "reference,         2, lost-pods, none,     same,    Fail POD_LOST reference",
        "reference,         0, none,      none,     same,    reference 1/2 Again",
        "reference,         2, none,      none,     same,    Fail POD_LOST reference",
        "reference,         0, none,      none,     other,   preflight 2/1 First",
      })
  void factsLeadToOneDecision(
      String recorded,
      int failedAttempts,
      String reference,
      String train,
      String spec,
      String expected) {
    Observation observation =
        observation(spec, status(recorded, failedAttempts), jobs(reference, train));

    assertThat(DecisionText.of(decider.decide(observation))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"active, none, reference 1/1 Scoring", "complete, active, train 1/1 Underway"})
  void lostStatusIsRebuiltFromTheJobs(String reference, String train, String expected) {
    Observation observation = observation("same", Observation.NO_STATUS, jobs(reference, train));

    assertThat(DecisionText.of(decider.decide(observation))).isEqualTo(expected);
  }

  @Test
  void otherTasksHaveNoReference() {
    var planned =
        (Planning.Planned) PLANNER.plan(OWNER, SpecDraft.of(JobFixture.classification()).build());

    assertThat(planned.stages()).containsExactly(Stage.PREFLIGHT, Stage.TRAIN);
  }

  @Test
  void shardThatCannotBeHelpedIsToBlameAndNotOneThatFailedBefore() {
    StageJob job =
        reference(
            StageJob.State.FAILED,
            exited(1, 70, "2026-11-23T10:00:00Z", "bad luck"),
            exited(2, 65, "2026-11-23T10:00:09Z", "train.jsonl line 3: no role"),
            exited(0, 75, "2026-11-23T10:00:10Z", "stopped"));

    Failure failure = ReferenceJudge.judge(job);

    assertThat(failure.message()).isEqualTo("shard 2 of 3: train.jsonl line 3: no role");
    assertThat(failure.reason()).isEqualTo(Reason.DATASET_INVALID);
    assertThat(failure.pod()).isEqualTo("pod-2");
    assertThat(failure.exitCode()).hasValue(65);
  }

  @Test
  void firstFailureOfAShardThatNeverSucceededIsToldWithItsTries() {
    StageJob job =
        reference(
            StageJob.State.FAILED,
            exited(0, 70, "2026-11-23T09:00:00Z", "helped by another try"),
            exited(0, 0, "2026-11-23T09:01:00Z", ""),
            exited(1, 70, "2026-11-23T10:00:00Z", "first words"),
            exited(1, 69, "2026-11-23T10:00:20Z", "second words"),
            exited(1, 70, "2026-11-23T10:01:00Z", "third words"));

    Failure failure = ReferenceJudge.judge(job);

    assertThat(failure.message()).isEqualTo("shard 1 of 3: first words (tried 3 times)");
  }

  private static Observation observation(
      String spec, FineTuneJobStatus status, List<StageJob> jobs) {
    long generation = spec.equals("same") ? 1 : 2;
    return new Observation(
        new Request(OWNER, generation, spec(spec)),
        status,
        Set.of(),
        jobs,
        new StatusAnswer.NotAsked(),
        Instant.parse("2026-11-23T12:00:00Z"));
  }

  private static FineTuneJobSpec spec(String name) {
    ObjectNode config = JobFixture.preference();
    switch (name) {
      case "other" -> config.put("learning_rate", 0.5e-4);
      case "refused" -> config.put("train_path", "ftp://host/rows.jsonl");
      default -> {}
    }
    var atOnce =
        new FineTuneJobSpec.RunPolicy(
            2, new FineTuneJobSpec.Backoff(0, 0), null, null, null, null, null, null);
    return SpecDraft.of(config).runPolicy(atOnce).build();
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
    switch (reference) {
      case "none" -> {}
      case "active" -> jobs.add(reference(StageJob.State.ACTIVE));
      case "complete" -> jobs.add(reference(StageJob.State.COMPLETE));
      case "fatal" -> jobs.add(reference(StageJob.State.FAILED, exited(1, 65, "", "bad row")));
      case "retried" -> jobs.add(reference(StageJob.State.FAILED, exited(1, 70, "", "bad luck")));
      case "stopped" -> jobs.add(reference(StageJob.State.FAILED, exited(1, 75, "", "told to")));
      case "lost-pods" -> jobs.add(reference(StageJob.State.FAILED));
      default -> throw new IllegalArgumentException(reference);
    }
    switch (train) {
      case "none" -> {}
      case "active" -> jobs.add(train(StageJob.State.ACTIVE, new TrainerPod.Absent()));
      case "complete" ->
          jobs.add(
              train(
                  StageJob.State.COMPLETE,
                  new TrainerPod.Exited("pod", 0, Kill.NONE, new LastWords.Report(COMPLETED))));
      case "failed" -> jobs.add(train(StageJob.State.FAILED, exited(0, 70, "", "bad luck").pod()));
      default -> throw new IllegalArgumentException(train);
    }
    return jobs;
  }

  private static StageJob reference(StageJob.State state, IndexedPod... pods) {
    return job(Stage.REFERENCE, state, new StageJob.Shards(3, 0), List.of(pods));
  }

  private static StageJob train(StageJob.State state, TrainerPod pod) {
    return job(
        Stage.TRAIN, state, new StageJob.Shards(1, 0), List.of(new IndexedPod(0, "", "", pod)));
  }

  private static StageJob job(
      Stage stage, StageJob.State state, StageJob.Shards shards, List<IndexedPod> pods) {
    String name = "tiny-1-%s-1".formatted(stage.label());
    return new StageJob(
        name, new JobMark(1, stage, 1, HASH, 1, 0), state, shards, pods, StageJob.Past.UNKNOWN);
  }

  private static IndexedPod exited(int shard, int exitCode, String ended, String words) {
    LastWords report =
        new LastWords.Report(
            new TrainingReport.Failed(
                Progress.NONE,
                FailureCode.ofExitCode(exitCode).orElse(FailureCode.INTERNAL_ERROR),
                words));
    return new IndexedPod(
        shard, "", ended, new TrainerPod.Exited("pod-" + shard, exitCode, Kill.NONE, report));
  }
}
