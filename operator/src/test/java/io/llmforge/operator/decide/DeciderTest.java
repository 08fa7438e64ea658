package io.llmforge.operator.decide;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Outcome;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Run;
import io.llmforge.crds.config.LlmForgeConfigReader;
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
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The transition table. A run is recorded as {@code RUN/ATTEMPT} at a generation, its Job and pod
 * are what the cluster has, and the spec is the one it began with, another one, or one that is
 * refused.
 */
class DeciderTest {

  private static final Owner OWNER = new Owner("team-a", "tiny", "uid");
  private static final TrainingReport.Completed COMPLETED =
      new TrainingReport.Completed(
          Progress.NONE, new Output(Output.Kind.ADAPTER, "pvc://a/b", "sha256:0", 1, 1));
  private static final TrainingPlanner PLANNER = new TrainingPlanner(new LlmForgeConfigReader());
  private static final String HASH = hash();

  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

  /** Two retries, at once: what is retried when is {@link BackoffTest}'s. */
  private static final FineTuneJobSpec.RunPolicy POLICY =
      new FineTuneJobSpec.RunPolicy(
          2, new FineTuneJobSpec.Backoff(0, 0), null, null, null, null, null, null);

  private final Decider decider = new Decider(PLANNER);

  @ParameterizedTest(name = "[{index}] {0} run, Job {3}, pod {4}, {5} spec -> {6}")
  @CsvSource(
      nullValues = "-",
      value = {
        // recorded, failed before, generation, Job, pod, spec -> decision
        "none,     0, 1, none,     -,         same,    Train 1/1 First",
        "none,     0, 1, none,     -,         refused, Refuse",
        "none,     0, 1, none,     -,         validate, Train 1/1 First",
        // Its Job could not be created yet.
        "planned,  0, 1, none,     -,         same,    Train 1/1 First",
        "planned,  0, 2, none,     -,         other,   Train 2/1 First",
        "planned,  0, 2, none,     -,         refused, Refuse",
        // Under way.
        "active,   0, 1, active,   running,   same,    Train 1/1 Underway",
        "active,   0, 2, active,   running,   other,   Await 1/1",
        "active,   0, 2, active,   running,   refused, Await 1/1",
        "active,   0, 1, active,   exited-65, same,    Train 1/1 Underway",
        "active,   0, 1, active,   absent,    same,    Train 1/1 Underway",
        // Ended.
        "active,   0, 1, complete, completed, same,    Succeed 1/1",
        "active,   0, 2, complete, completed, other,   Succeed 1/1",
        "active,   0, 1, complete, exited-0,  same,    Fail UNPROVEN_COMPLETION",
        "active,   0, 1, failed,   exited-65, same,    Fail DATASET_INVALID",
        "active,   2, 1, failed,   exited-65, same,    Fail DATASET_INVALID",
        "active,   0, 1, failed,   exited-70, same,    Train 1/2 Again",
        "active,   1, 1, failed,   exited-70, same,    Train 1/2 Again",
        "active,   2, 1, failed,   exited-70, same,    Fail INTERNAL_ERROR",
        "active,   2, 1, failed,   exited-75, same,    Train 1/2 Again",
        "active,   0, 2, failed,   exited-70, other,   Train 2/1 First",
        "active,   0, 2, failed,   exited-70, refused, Refuse",
        "active,   0, 1, failed,   absent,    same,    Train 1/2 Again",
        // Lost.
        "active,   0, 1, none,     -,         same,    Train 1/2 Again",
        "active,   2, 1, none,     -,         same,    Fail POD_LOST",
        "active,   0, 2, none,     -,         other,   Train 2/1 First",
        // Over. What became of the Job does not matter any more.
        "succeeded, 0, 1, none,    -,         same,    Rest 1/1",
        "succeeded, 0, 1, failed,  exited-70, same,    Rest 1/1",
        "succeeded, 0, 2, none,    -,         same,    Rest 1/1",
        "succeeded, 0, 2, none,    -,         other,   Train 2/1 First",
        "succeeded, 0, 2, none,    -,         refused, Refuse",
        "failed,    0, 1, none,    -,         same,    Rest 1/1",
        "failed,    0, 2, none,    -,         same,    Train 2/1 First",
        "failed,    0, 2, none,    -,         other,   Train 2/1 First",
        "failed,    0, 2, none,    -,         refused, Refuse",
        // The spec had changed before the run failed, as by suspending and resuming it.
        "failed-at-3, 0, 3, none,  -,         same,    Rest 1/1",
        "failed-at-3, 0, 3, none,  -,         other,   Train 2/1 First",
        "failed-at-3, 0, 4, none,  -,         same,    Train 2/1 First",
        // Suspended by the user: what is at work stops, nothing is started.
        "none,      0, 1, none,      -,         same-suspended,     Suspended 1/1",
        "none,      0, 1, none,      -,         validate-suspended, Suspended 1/1",
        "planned,   0, 1, none,      -,         same-suspended,     Suspended 1/1",
        "active,    0, 2, active,    running,   same-suspended,     Suspending 1/1",
        "active,    0, 2, active,    running,   other-suspended,    Suspending 1/1",
        "active,    0, 2, stopping,  running,   same-suspended,     Suspending 1/1",
        "active,    0, 2, stopped,   absent,    same-suspended,     Suspended 1/2",
        "active,    0, 2, stopped,   absent,    other-suspended,    Suspended 2/1",
        "active,    0, 2, stopped,   completed, same-suspended,     Succeed 1/1",
        "active,    0, 2, complete,  completed, same-suspended,     Succeed 1/1",
        "active,    0, 2, failed,    exited-65, same-suspended,     Fail DATASET_INVALID",
        "active,    0, 2, failed,    exited-70, same-suspended,     Suspended 1/2",
        "active,    0, 2, failed,    exited-75, same-suspended,     Suspended 1/2",
        "succeeded, 0, 2, none,      -,         same-suspended,     Rest 1/1",
        "failed,    0, 2, none,      -,         same-suspended,     Suspended 2/1",
        // Resumed, before and after its last pod was gone.
        "active,    0, 3, stopping,  running,   same,               Suspending 1/1",
        "active,    0, 3, stopped,   absent,    same,               Train 1/2 Again",
        "active,    0, 3, stopped,   absent,    other,              Train 2/1 First",
        "active,    0, 3, stopped,   absent,    refused,            Refuse",
        "active,    2, 3, stopped,   absent,    same,               Train 1/2 Again",
      })
  void factsLeadToOneDecision(
      String recorded,
      int failedAttempts,
      long generation,
      String job,
      String pod,
      String spec,
      String expected) {
    Observation observation =
        new Observation(
            new Request(OWNER, generation, spec(spec)),
            status(recorded, failedAttempts),
            Set.of(),
            jobs(job, pod),
            new StatusAnswer.NotAsked(),
            NOON);

    Decision decision = decider.decide(observation);

    assertThat(text(decision)).isEqualTo(expected);
  }

  @Test
  void countedFailureIsCounted() {
    var decision = (Decision.Train) decide("active", "failed", "exited-70");

    assertThat(decision.run().failedAttempts()).isEqualTo(1);
  }

  @Test
  void interruptionIsNotCounted() {
    var decision = (Decision.Train) decide("active", "failed", "exited-75");

    assertThat(decision.run().failedAttempts()).isZero();
  }

  @Test
  void samePlanOfANewerSpecIsAnsweredByTheSameRun() {
    Observation observation =
        new Observation(
            new Request(OWNER, 9, spec("same")),
            status("succeeded", 0),
            Set.of(),
            List.of(),
            new StatusAnswer.NotAsked(),
            NOON);

    var decision = (Decision.Rest) decider.decide(observation);

    assertThat(decision.run().generation()).isEqualTo(9);
  }

  @Test
  void lostStatusIsRebuiltFromTheJobs() {
    Observation observation =
        new Observation(
            new Request(OWNER, 1, spec("same")),
            Observation.NO_STATUS,
            Set.of(),
            List.of(
                job(2, 1, StageJob.State.FAILED, pod("exited-75")),
                job(2, 2, StageJob.State.ACTIVE, pod("running")),
                job(1, 3, StageJob.State.COMPLETE, pod("completed"))),
            new StatusAnswer.NotAsked(),
            NOON);

    Decision decision = decider.decide(observation);

    assertThat(text(decision)).isEqualTo("Train 2/2 Underway");
  }

  private Decision decide(String recorded, String job, String pod) {
    return decider.decide(
        new Observation(
            new Request(OWNER, 1, spec("same")),
            status(recorded, 0),
            Set.of(),
            jobs(job, pod),
            new StatusAnswer.NotAsked(),
            NOON));
  }

  private static String hash() {
    return ((Planning.Planned) PLANNER.plan(OWNER, spec("same"))).hash();
  }

  private static FineTuneJobSpec spec(String name) {
    ObjectNode config = JobFixture.config();
    switch (name) {
      case "other", "other-suspended" -> config.put("learning_rate", 0.5e-4);
      case "refused" -> config.put("train_path", "ftp://host/rows.jsonl");
      default -> {}
    }
    Boolean validateOnly = name.startsWith("validate") ? true : null;
    Boolean suspend = name.endsWith("suspended") ? true : null;
    return SpecDraft.of(config)
        .validateOnly(validateOnly)
        .suspend(suspend)
        .runPolicy(POLICY)
        .build();
  }

  private static FineTuneJobStatus status(String recorded, int failedAttempts) {
    Run run =
        switch (recorded) {
          case "none" -> null;
          case "planned" -> run(null, null, failedAttempts);
          case "active" -> run(null, "tiny-1-train-1", failedAttempts);
          case "succeeded" -> run(Outcome.Succeeded, "tiny-1-train-1", failedAttempts);
          case "failed", "failed-at-3" -> run(Outcome.Failed, "tiny-1-train-1", failedAttempts);
          default -> throw new IllegalArgumentException(recorded);
        };
    Long observedGeneration = recorded.equals("failed-at-3") ? 3L : null;
    return new FineTuneJobStatus(
        observedGeneration,
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
        null,
        null);
  }

  private static Run run(Outcome outcome, String job, int failedAttempts) {
    return new Run(1, HASH, 1L, null, null, outcome, null, 1, failedAttempts, job);
  }

  private static List<StageJob> jobs(String state, String pod) {
    return state.equals("none")
        ? List.of()
        : List.of(job(1, 1, StageJob.State.valueOf(state.toUpperCase(Locale.ROOT)), pod(pod)));
  }

  private static StageJob job(int run, int attempt, StageJob.State state, TrainerPod pod) {
    return new StageJob(
        "tiny-%d-train-%d".formatted(run, attempt),
        new JobMark(run, Stage.TRAIN, attempt, HASH, 1, 0),
        state,
        new StageJob.Shards(1, 0),
        List.of(new IndexedPod(0, "", "", pod)),
        StageJob.Past.UNKNOWN);
  }

  private static TrainerPod pod(String name) {
    if (name.startsWith("exited-")) {
      int exitCode = Integer.parseInt(name.substring("exited-".length()));
      return new TrainerPod.Exited("pod", exitCode, Kill.NONE, new LastWords.Silence());
    }
    return switch (name) {
      case "running" -> new TrainerPod.Running("pod", "uid", "10.0.0.1", true);
      case "completed" ->
          new TrainerPod.Exited("pod", 0, Kill.NONE, new LastWords.Report(COMPLETED));
      case "absent" -> new TrainerPod.Absent();
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static String text(Decision decision) {
    return switch (decision) {
      case Decision.Refuse refuse -> "Refuse";
      case Decision.Validated validated -> "Validated " + text(validated.run());
      case Decision.Train train ->
          "Train %s %s".formatted(text(train.run()), train.attempt().getClass().getSimpleName());
      case Decision.Queue queue -> "Queue " + text(queue.run());
      case Decision.Await await -> "Await " + text(await.run());
      case Decision.Suspending suspending -> "Suspending " + text(suspending.run());
      case Decision.Stopping stopping ->
          "Stopping %s %s".formatted(text(stopping.run()), stopping.cause());
      case Decision.BackOff backOff -> "BackOff " + text(backOff.run());
      case Decision.Suspended suspended -> "Suspended " + text(suspended.run());
      case Decision.Succeed succeed -> "Succeed " + text(succeed.run());
      case Decision.Fail fail -> "Fail " + fail.failure().reason();
      case Decision.Rest rest -> "Rest " + text(rest.run());
    };
  }

  private static String text(RunState run) {
    return run.number() + "/" + run.attempt();
  }
}
