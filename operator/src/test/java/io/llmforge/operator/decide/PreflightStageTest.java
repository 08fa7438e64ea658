package io.llmforge.operator.decide;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.AttemptOutcome;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.AttemptStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Run;
import io.llmforge.crds.config.LlmForgeConfigReader;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.crds.plan.TrainingReport.Output;
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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The transition table of a run's first stage. Recorded is a stage of run 1, attempt 1, with its
 * Job ({@code preflight}, {@code train}) or before it ({@code -planned}).
 */
class PreflightStageTest {

  private static final Owner OWNER = new Owner("team-a", "tiny", "uid");
  private static final TrainingPlanner PLANNER = new TrainingPlanner(new LlmForgeConfigReader());
  private static final String HASH = ((Planning.Planned) PLANNER.plan(OWNER, spec("same"))).hash();
  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

  private final Decider decider = new Decider(PLANNER);

  @ParameterizedTest(name = "[{index}] {0} recorded, preflight {2}, train {3}, {4} spec -> {5}")
  @CsvSource(
      value = {
        // recorded, failed before, preflight Job, train Job, spec -> decision
        "none,              0, none,      none,   same,     preflight 1/1 First",
        "none,              0, none,      none,   validate, preflight 1/1 First",
        "none,              0, none,      none,   suspended, Suspended preflight 1/1",
        "preflight-planned, 0, none,      none,   same,     preflight 1/1 First",
        "preflight-planned, 0, none,      none,   other,    preflight 2/1 First",
        // Looking.
        "preflight,         0, active,    none,   same,     preflight 1/1 Checking",
        "preflight,         0, active,    none,   validate, preflight 1/1 Checking",
        "preflight,         0, active,    none,   other,    Await preflight 1/1",
        "preflight,         0, active,    none,   refused,  Await preflight 1/1",
        "preflight,         0, active,    none,   suspended, Suspending preflight 1/1",
        "preflight,         0, stopped,   none,   suspended, Suspended preflight 1/2",
        "preflight,         0, stopped,   none,   same,     preflight 1/2 Again",
        // Nothing was found wrong: the same attempt goes on, if that is asked for.
        "preflight,         0, complete,  none,   same,     train 1/1 First",
        "preflight,         2, complete,  none,   same,     train 1/1 First",
        "preflight,         0, complete,  none,   validate, Validated preflight 1/1",
        // The result of the same content lies where it would be published.
        "preflight,         0, adopted,   none,   same,     Succeed preflight 1/1",
        "preflight,         0, adopted,   none,   validate, Validated preflight 1/1",
        "preflight,         0, complete,  none,   suspended, Suspended train 1/1",
        "preflight,         0, complete,  none,   other,    preflight 2/1 First",
        "preflight,         0, complete,  none,   other-validate, preflight 2/1 First",
        "preflight,         0, complete,  none,   refused,  Refuse",
        // The operator died after it had created the train Job and before it could record it.
        "preflight,         0, complete,  active, same,     train 1/1 Underway",
        "preflight,         0, complete,  active, validate, train 1/1 Underway",
        "preflight,         0, complete,  active, other,    Await train 1/1",
        // Something is wrong.
        "preflight,         0, exited-65, none,   same,     Fail DATASET_INVALID preflight",
        "preflight,         0, exited-77, none,   validate, Fail ACCESS_DENIED preflight",
        "preflight,         0, exited-80, none,   same,     Fail ACCELERATOR_OUT_OF_MEMORY preflight",
        // Another try may help.
        "preflight,         0, exited-69, none,   same,     preflight 1/2 Again",
        "preflight,         0, exited-69, none,   validate, preflight 1/2 Again",
        "preflight,         0, exited-69, none,   other,    preflight 2/1 First",
        "preflight,         2, exited-69, none,   same,     Fail STORAGE_UNAVAILABLE preflight",
        "preflight,         2, exited-75, none,   same,     preflight 1/2 Again",
        "preflight,         0, none,      none,   same,     preflight 1/2 Again",
        "preflight,         2, none,      none,   same,     Fail POD_LOST preflight",
        // Training: what became of the preflight does not matter any more.
        "train-planned,     0, none,      none,   same,     train 1/1 First",
        "train,             0, none,      active, same,     train 1/1 Underway",
        "train,             0, complete,  active, validate, train 1/1 Underway",
      })
  void factsLeadToOneDecision(
      String recorded,
      int failedAttempts,
      String preflight,
      String train,
      String spec,
      String expected) {
    Observation observation =
        observation(spec, status(recorded, failedAttempts, List.of()), jobs(preflight, train));

    assertThat(DecisionText.of(decider.decide(observation))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"active, none, preflight 1/1 Checking", "complete, active, train 1/1 Underway"})
  void lostStatusIsRebuiltFromTheJobs(String preflight, String train, String expected) {
    Observation observation = observation("same", Observation.NO_STATUS, jobs(preflight, train));

    assertThat(DecisionText.of(decider.decide(observation))).isEqualTo(expected);
  }

  @Test
  void triesOfTheLookAreNotThoseOfTraining() {
    var decision =
        (Decision.Train)
            decider.decide(
                observation("same", status("preflight", 2, List.of()), jobs("complete", "none")));

    assertThat(decision.run().stage()).isEqualTo(Stage.TRAIN);
    assertThat(decision.run().failedAttempts()).isZero();
  }

  @Test
  void trainingThatFollowsAFailedLookIsNoRepetition() {
    var failed =
        new AttemptStatus(
            1,
            "tiny-1-preflight-1",
            "2026-11-23T11:00:00Z",
            "2026-11-23T11:01:00Z",
            AttemptOutcome.Failed,
            "StorageUnavailable",
            "away",
            0L,
            69);
    Run run = new Run(1, HASH, 1L, null, null, null, FineTuneJobStatus.Stage.Train, 2, 0, null);

    Decision decision =
        decider.decide(observation("same", status(run, List.of(failed)), List.of()));

    assertThat(DecisionText.of(decision)).isEqualTo("train 1/2 First");
  }

  @Test
  void lookIsNoStartOfWork() {
    var policy =
        new FineTuneJobSpec.RunPolicy(
            2, new FineTuneJobSpec.Backoff(0, 0), null, 600L, null, null, null, null);
    StageJob looked =
        new StageJob(
            "tiny-1-preflight-1",
            new JobMark(1, Stage.PREFLIGHT, 1, HASH, 1, 0),
            StageJob.State.COMPLETE,
            new StageJob.Shards(1, 1),
            List.of(new IndexedPod(0, "2026-11-23T11:00:10Z", "2026-11-23T11:01:00Z", exited(0))),
            StageJob.Past.UNKNOWN);
    Run run =
        new Run(
            1,
            HASH,
            1L,
            "2026-11-23T11:00:00Z",
            null,
            null,
            FineTuneJobStatus.Stage.Train,
            1,
            0,
            null);
    var observation =
        new Observation(
            new Request(OWNER, 1, spec("same", policy)),
            status(run, List.of()),
            Set.of(),
            List.of(looked),
            new StatusAnswer.NotAsked(),
            NOON);

    assertThat(DecisionText.of(decider.decide(observation)))
        .isEqualTo("Fail START_DEADLINE_EXCEEDED train");
  }

  @Test
  void timeAtWorkBeginsAfterTheLook() {
    var looked =
        new AttemptStatus(
            1, "tiny-1-preflight-1", "2026-11-23T09:00:00Z", null, null, null, null, null, null);
    Run run =
        new Run(
            1, HASH, 1L, null, null, null, FineTuneJobStatus.Stage.Preflight, 1, 0, looked.job());
    StageJob train =
        new StageJob(
            "tiny-1-train-1",
            new JobMark(1, Stage.TRAIN, 1, HASH, 1, 0),
            StageJob.State.ACTIVE,
            new StageJob.Shards(1, 0),
            List.of(
                new IndexedPod(
                    0,
                    "2026-11-23T11:59:00Z",
                    "",
                    new TrainerPod.Running("pod", "uid", "10.0.0.1", true))),
            StageJob.Past.UNKNOWN);
    var observation = observation("same", status(run, List.of(looked)), List.of(train));

    AttemptHistory history = AttemptHistory.of(observation, 1).underway(1, train);

    assertThat(history.start(1, Optional.of(train)).map(start -> Duration.between(start, NOON)))
        .contains(Duration.ofMinutes(1));
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
        NOON);
  }

  private static FineTuneJobSpec spec(String name) {
    return spec(
        name,
        new FineTuneJobSpec.RunPolicy(
            2, new FineTuneJobSpec.Backoff(0, 0), null, null, null, null, null, null));
  }

  private static FineTuneJobSpec spec(String name, FineTuneJobSpec.RunPolicy policy) {
    ObjectNode config = JobFixture.config();
    if (name.startsWith("other")) {
      config.put("learning_rate", 0.5e-4);
    }
    if (name.equals("refused")) {
      config.put("train_path", "ftp://host/rows.jsonl");
    }
    return SpecDraft.of(config)
        .validateOnly(name.endsWith("validate") ? true : null)
        .suspend(name.equals("suspended") ? true : null)
        .runPolicy(policy)
        .build();
  }

  private static FineTuneJobStatus status(
      String recorded, int failedAttempts, List<AttemptStatus> attempts) {
    if (recorded.equals("none")) {
      return Observation.NO_STATUS;
    }
    var stage =
        recorded.startsWith("preflight")
            ? FineTuneJobStatus.Stage.Preflight
            : FineTuneJobStatus.Stage.Train;
    String job = recorded.endsWith("-planned") ? null : "tiny-1-" + recorded + "-1";
    return status(new Run(1, HASH, 1L, null, null, null, stage, 1, failedAttempts, job), attempts);
  }

  private static FineTuneJobStatus status(Run run, List<AttemptStatus> attempts) {
    return new FineTuneJobStatus(
        null, null, null, run, null, null, null, null, null, null, null, null, null, attempts, null,
        null, null);
  }

  private static List<StageJob> jobs(String preflight, String train) {
    List<StageJob> jobs = new ArrayList<>();
    switch (preflight) {
      case "none" -> {}
      case "active", "complete", "stopped" ->
          jobs.add(job(Stage.PREFLIGHT, state(preflight), new TrainerPod.Absent()));
      case "adopted" -> jobs.add(job(Stage.PREFLIGHT, StageJob.State.COMPLETE, adopted()));
      default ->
          jobs.add(
              job(
                  Stage.PREFLIGHT,
                  StageJob.State.FAILED,
                  exited(Integer.parseInt(preflight.substring("exited-".length())))));
    }
    if (train.equals("active")) {
      jobs.add(job(Stage.TRAIN, StageJob.State.ACTIVE, new TrainerPod.Absent()));
    }
    return jobs;
  }

  private static StageJob.State state(String name) {
    return StageJob.State.valueOf(name.toUpperCase(Locale.ROOT));
  }

  private static TrainerPod exited(int exitCode) {
    return new TrainerPod.Exited("pod", exitCode, Kill.NONE, new LastWords.Silence());
  }

  private static TrainerPod adopted() {
    var output = new Output(Output.Kind.ADAPTER, "pvc://a/b", "sha256:0", 1, 1);
    return new TrainerPod.Exited(
        "pod",
        0,
        Kill.NONE,
        new LastWords.Report(
            new TrainingReport.Completed(
                TrainingReport.Progress.NONE, output, TrainingReport.Origin.ADOPTED)));
  }

  private static StageJob job(Stage stage, StageJob.State state, TrainerPod pod) {
    return new StageJob(
        "tiny-1-%s-1".formatted(stage.label()),
        new JobMark(1, stage, 1, HASH, 1, 0),
        state,
        new StageJob.Shards(1, 0),
        List.of(new IndexedPod(0, "", "", pod)),
        StageJob.Past.UNKNOWN);
  }
}
