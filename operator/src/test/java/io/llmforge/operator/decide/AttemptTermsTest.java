package io.llmforge.operator.decide;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Backoff;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.OnOom;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Adjustments;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Checkpoint;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Checkpoints;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Run;
import io.llmforge.crds.config.LlmForgeConfigReader;
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

/** What an attempt learns from those before it. */
class AttemptTermsTest {

  private static final Owner OWNER = new Owner("team-a", "tiny", "uid");
  private static final TrainingPlanner PLANNER = new TrainingPlanner(new LlmForgeConfigReader());
  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

  @ParameterizedTest(name = "[{index}] asked {0}, newest checkpoint took {1} s -> {2} s")
  @CsvSource(
      nullValues = "-",
      value = {
        "-,   -,     120",
        "-,   1.5,   120",
        "-,   40,    120",
        "-,   40.1,  121",
        "-,   100,   300",
        "-,   600,   1800",
        "-,   6000,  1800",
        "30,  600,   30",
        "5000, -,    5000",
      })
  void graceIsThreeTimesTheNewestCheckpoint(Long asked, String seconds, long grace) {
    FineTuneJobSpec spec = spec(asked, null, null);
    Observation observation = observation(spec, status(spec, 1, seconds, null), null);

    assertThat(terms(observation).terminationGrace()).hasSeconds(grace);
  }

  @ParameterizedTest(name = "[{index}] {0}, {1} rows, divided by {2} -> {3}")
  @CsvSource(
      nullValues = "-",
      value = {
        // policy, rows of a micro-batch, divisor before -> decision and divisor after
        "-,                8, 1,  Fail ACCELERATOR_OUT_OF_MEMORY",
        "Fail,             8, 1,  Fail ACCELERATOR_OUT_OF_MEMORY",
        "ShrinkMicroBatch, 8, 1,  Train 2 divided by 2",
        "ShrinkMicroBatch, 8, 2,  Train 2 divided by 4",
        "ShrinkMicroBatch, 8, 4,  Train 2 divided by 8",
        "ShrinkMicroBatch, 8, 8,  Fail ACCELERATOR_OUT_OF_MEMORY",
        "ShrinkMicroBatch, 1, 1,  Fail ACCELERATOR_OUT_OF_MEMORY",
        "ShrinkMicroBatch, 3, 2,  Train 2 divided by 4",
        "ShrinkMicroBatch, 3, 4,  Fail ACCELERATOR_OUT_OF_MEMORY",
        "ShrinkMicroBatch, -, 32, Train 2 divided by 64",
        "ShrinkMicroBatch, -, 64, Fail ACCELERATOR_OUT_OF_MEMORY",
      })
  void microBatchesAreHalvedDownToOneRow(OnOom policy, Integer rows, int divisor, String expected) {
    FineTuneJobSpec spec = spec(null, policy, rows);
    Adjustments before = divisor == 1 ? null : new Adjustments(divisor, 1);

    Decision decision =
        new Decider(PLANNER)
            .decide(observation(spec, status(spec, 1, null, before), outOfMemory(spec)));

    assertThat(
            switch (decision) {
              case Decision.Train train ->
                  "Train %d divided by %d"
                      .formatted(train.run().attempt(), train.terms().microBatches().divisor());
              case Decision.Fail fail -> "Fail " + fail.failure().reason();
              default -> decision.toString();
            })
        .isEqualTo(expected);
  }

  @Test
  void oneFailureHalvesOnceHoweverOftenItIsLookedAt() {
    FineTuneJobSpec spec = spec(null, OnOom.ShrinkMicroBatch, 8);
    var run = new RunState(1, hash(spec), 1, Stage.TRAIN, 2, 1);
    var again = new Attempt.Again(AttemptJudge.failure(exited()));
    Observation observation = observation(spec, status(spec, 2, null, new Adjustments(2, 2)), null);

    assertThat(MicroBatches.of(observation, run, again).divisor()).isEqualTo(2);
  }

  @Test
  void planAndHashStayThoseOfTheRun() {
    FineTuneJobSpec spec = spec(null, OnOom.ShrinkMicroBatch, 8);

    var decision =
        (Decision.Train)
            new Decider(PLANNER)
                .decide(observation(spec, status(spec, 1, null, null), outOfMemory(spec)));

    assertThat(decision.run().hash()).isEqualTo(hash(spec));
    assertThat(decision.run().number()).isEqualTo(1);
    assertThat(decision.run().failedAttempts()).isEqualTo(1);
    assertThat(decision.planning().plan().batch().rowsPerDevice()).isEqualTo(8);
  }

  private static AttemptTerms terms(Observation observation) {
    return ((Decision.Train) new Decider(PLANNER).decide(observation)).terms();
  }

  private static FineTuneJobSpec spec(Long grace, OnOom onOom, Integer rows) {
    ObjectNode config = JobFixture.config();
    if (rows != null) {
      config.put("train_batch_size_per_device", rows);
    }
    var policy =
        new FineTuneJobSpec.RunPolicy(3, new Backoff(0, 0), null, null, null, null, grace, onOom);
    return SpecDraft.of(config).runPolicy(policy).build();
  }

  private static String hash(FineTuneJobSpec spec) {
    return ((Planning.Planned) PLANNER.plan(OWNER, spec)).hash();
  }

  private static FineTuneJobStatus status(
      FineTuneJobSpec spec, int attempt, String checkpointSeconds, Adjustments adjustments) {
    var run = new Run(1, hash(spec), 1L, null, null, null, null, attempt, 0, null);
    var checkpoints =
        checkpointSeconds == null
            ? null
            : new Checkpoints(new Checkpoint("step-4", 4, checkpointSeconds), null);
    return new FineTuneJobStatus(
        null,
        null,
        null,
        run,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        checkpoints,
        adjustments);
  }

  private static Observation observation(
      FineTuneJobSpec spec, FineTuneJobStatus status, StageJob job) {
    return new Observation(
        new Request(OWNER, 1, spec),
        status,
        Set.of(),
        job == null ? List.of() : List.of(job),
        new StatusAnswer.NotAsked(),
        NOON);
  }

  private static StageJob outOfMemory(FineTuneJobSpec spec) {
    return new StageJob(
        "tiny-1-train-1",
        new JobMark(1, Stage.TRAIN, 1, hash(spec), 1, 0),
        StageJob.State.FAILED,
        new StageJob.Shards(1, 0),
        List.of(new IndexedPod(0, "", "", exited())),
        StageJob.Past.UNKNOWN);
  }

  private static TrainerPod.Exited exited() {
    return new TrainerPod.Exited("pod", 80, Kill.NONE, new LastWords.Silence());
  }
}
