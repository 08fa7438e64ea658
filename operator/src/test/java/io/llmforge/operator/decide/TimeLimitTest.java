package io.llmforge.operator.decide;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.AttemptStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Checkpoint;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Checkpoints;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.JobCondition;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Run;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Usage;
import io.llmforge.crds.config.LlmForgeConfigReader;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.crds.plan.TrainingReport.Progress;
import io.llmforge.operator.JobFixture;
import io.llmforge.operator.SpecDraft;
import io.llmforge.operator.identity.Owner;
import io.llmforge.operator.identity.Stage;
import io.llmforge.operator.identity.StopCause;
import io.llmforge.operator.observe.IndexedPod;
import io.llmforge.operator.observe.JobMark;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.Request;
import io.llmforge.operator.observe.StageJob;
import io.llmforge.operator.observe.StatusAnswer;
import io.llmforge.operator.observe.TrainerPod;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How long anything may take. The job was submitted at 12:00:00, its Job created at 12:00:10, its
 * pod began at 12:01:00; limits are in seconds.
 */
class TimeLimitTest {

  private static final Owner OWNER = new Owner("team-a", "tiny", "uid");
  private static final TrainingPlanner PLANNER = new TrainingPlanner(new LlmForgeConfigReader());
  private static final String HASH = ((Planning.Planned) PLANNER.plan(OWNER, spec("-", 0))).hash();
  private static final String DAY = "2026-11-23T";
  private static final TrainerPod RUNNING = new TrainerPod.Running("pod", "uid", "10.0.0.1", true);
  private static final TrainerPod WAITING =
      new TrainerPod.Waiting("pod", TrainerPod.Waiting.Cause.SCHEDULING, "no node");

  @ParameterizedTest(name = "[{index}] {0} {1} s, pod {2}, used {3} s, at {4} -> {5}")
  @CsvSource({
    // limit, seconds, pod, used before, now -> decision and when to look again
    "active, 60,  running, 0,  12:01:59, Train next 12:02:00",
    "active, 60,  running, 0,  12:02:00, Stopping DEADLINE",
    "active, 60,  running, 50, 12:01:09, Train next 12:01:10",
    "active, 60,  running, 50, 12:01:10, Stopping DEADLINE",
    "active, 60,  running, 90, 12:01:01, Stopping DEADLINE",
    // Nothing works, so nothing is used.
    "active, 60,  waiting, 0,  13:00:00, Train next -",
    "start,  30,  waiting, 0,  12:00:29, Train next 12:00:30",
    "start,  30,  waiting, 0,  12:00:30, Stopping START_DEADLINE",
    "start,  30,  running, 0,  12:10:00, Train next -",
    "ready,  30,  waiting, 0,  12:00:39, Train next 12:00:40",
    "ready,  30,  waiting, 0,  12:00:40, Stopping PODS_NOT_READY",
    "ready,  30,  running, 0,  12:10:00, Train next -",
    "-,      1,   running, 0,  13:00:00, Train next -",
  })
  void attemptAtWorkIsStoppedAtItsLimit(
      String limit, long seconds, String pod, long used, String now, String expected) {
    Observation observation =
        observation(
            spec(limit, seconds),
            status(used, "12:00:00", null),
            job(StageJob.State.ACTIVE, pod.equals("running") ? RUNNING : WAITING, null),
            new StatusAnswer.NotAsked(),
            now);

    assertThat(decided(observation)).isEqualTo(expected);
  }

  @ParameterizedTest(name = "[{index}] {0} at step {1} since {2}, now {3} -> {4}")
  @CsvSource({
    // what it says, step, since when the status has it, now -> decision and when to look again
    "training,   5, 12:05:00, 12:05:49, Train next 12:05:50",
    "training,   5, 12:05:00, 12:05:50, Train next 12:06:40",
    "training,   5, 12:05:00, 12:06:39, Train next 12:06:40",
    "training,   5, 12:05:00, 12:06:40, Stopping HANG",
    // A step that is news.
    "training,   6, 12:05:00, 12:06:40, Train next 12:07:30",
    // What an earlier attempt said counts for nothing.
    "training,   5, 11:00:00, 12:01:30, Train next 12:01:50",
    // Other work has no steps.
    "evaluating, 5, 12:05:00, 13:00:00, Train next -",
    "loading,    5, 12:05:00, 13:00:00, Train next -",
    // Silence is no proof.
    "nothing,    5, 12:05:00, 13:00:00, Train next -",
  })
  void trainerWithoutStepsHangs(String says, long step, String since, String now, String expected) {
    Observation observation =
        observation(
            spec("hang", 100),
            status(0, "12:00:00", DAY + since + "Z"),
            job(StageJob.State.ACTIVE, RUNNING, null),
            answer(says, step),
            now);

    assertThat(decided(observation)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"11:00:00, Stopping PODS_NOT_READY", "12:05:00, Train next -"})
  void podThatReplacesOneThatWasAtWorkMayWait(String lastReport, String expected) {
    Observation observation =
        observation(
            spec("ready", 30),
            status(0, "12:00:00", DAY + lastReport + "Z"),
            job(StageJob.State.ACTIVE, WAITING, null),
            new StatusAnswer.NotAsked(),
            "12:30:00");

    assertThat(decided(observation)).isEqualTo(expected);
  }

  @Test
  void answerOfTheAttemptBeforeIsNoHang() {
    Observation observation =
        observation(
            spec("hang", 100),
            status(0, "12:00:00", DAY + "11:00:00Z"),
            job(StageJob.State.ACTIVE, WAITING, null),
            answer("training", 5),
            "12:30:00");

    assertThat(decided(observation)).isEqualTo("Train next -");
  }

  @ParameterizedTest(name = "[{index}] stopped for {0} -> {1}")
  @CsvSource({
    "HANG,           Train 2",
    "PODS_NOT_READY, Train 2",
    "SUSPENDED,      Train 2",
    "DEADLINE,       Fail DEADLINE_EXCEEDED",
    "START_DEADLINE, Fail START_DEADLINE_EXCEEDED",
  })
  void stoppedAttemptEndsForItsCause(StopCause cause, String expected) {
    Observation observation =
        observation(
            spec("-", 0),
            status(0, "12:00:00", null),
            job(StageJob.State.STOPPED, new TrainerPod.Absent(), cause),
            new StatusAnswer.NotAsked(),
            "12:10:00");

    Decision decision = new Decider(PLANNER).decide(observation);

    assertThat(
            decision instanceof Decision.Train train
                ? "Train " + train.run().attempt()
                : decided(observation))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"STOPPING", "REVIVED"})
  void stopIsWaitedForAlsoWhenSomebodyLetsTheJobRunAgain(StageJob.State state) {
    Observation observation =
        observation(
            spec("-", 0),
            status(0, "12:00:00", null),
            job(state, RUNNING, StopCause.HANG),
            new StatusAnswer.NotAsked(),
            "12:10:00");

    assertThat(decided(observation)).isEqualTo("Stopping HANG");
  }

  @Test
  void hangAndSuspensionAreCountedDifferently() {
    assertThat(failuresAfter(StopCause.HANG)).isEqualTo(1);
    assertThat(failuresAfter(StopCause.SUSPENDED)).isZero();
  }

  @Test
  void exceededDeadlineNamesTheCheckpoint() {
    Observation observation =
        observation(
            spec("-", 0),
            status(0, "12:00:00", null),
            job(StageJob.State.STOPPED, new TrainerPod.Absent(), StopCause.DEADLINE),
            new StatusAnswer.NotAsked(),
            "12:10:00");

    var decision = (Decision.Fail) new Decider(PLANNER).decide(observation);

    assertThat(decision.failure().message())
        .isEqualTo(
            "the run was stopped after activeDeadlineSeconds at work;"
                + " its newest checkpoint is step-4");
  }

  @Test
  void startDeadlineHoldsForARunThatCouldNotEvenBeCreated() {
    Run run = new Run(1, HASH, 1L, DAY + "12:00:00Z", null, null, null, 1, 0, null);
    FineTuneJobStatus status = status(run, List.of(), null, 0, "12:00:00");

    assertThat(decided(observation(spec("start", 30), status, null, notAsked(), "12:00:29")))
        .isEqualTo("Train next 12:00:30");
    assertThat(decided(observation(spec("start", 30), status, null, notAsked(), "12:00:30")))
        .isEqualTo("Fail START_DEADLINE_EXCEEDED");
  }

  @Test
  void startDeadlineBeginsAnewWhenASuspendedRunIsResumed() {
    Run run = new Run(1, HASH, 1L, DAY + "12:00:00Z", null, null, null, 1, 0, null);
    FineTuneJobStatus resumed = status(run, List.of(), null, 0, "15:00:00");

    assertThat(decided(observation(spec("start", 30), resumed, null, notAsked(), "15:00:10")))
        .isEqualTo("Train next 15:00:30");
  }

  private static int failuresAfter(StopCause cause) {
    Observation observation =
        observation(
            spec("-", 0),
            status(0, "12:00:00", null),
            job(StageJob.State.STOPPED, new TrainerPod.Absent(), cause),
            new StatusAnswer.NotAsked(),
            "12:10:00");
    return ((Decision.Train) new Decider(PLANNER).decide(observation)).run().failedAttempts();
  }

  private static StatusAnswer notAsked() {
    return new StatusAnswer.NotAsked();
  }

  private static String decided(Observation observation) {
    Decision decision = new Decider(PLANNER).decide(observation);
    return switch (decision) {
      case Decision.Train train ->
          "Train next "
              + NextLook.at(observation, decision)
                  .map(time -> time.toString().substring(DAY.length()).replace("Z", ""))
                  .orElse("-");
      case Decision.Stopping stopping -> "Stopping " + stopping.cause();
      case Decision.Fail fail -> "Fail " + fail.failure().reason();
      default -> decision.toString();
    };
  }

  private static FineTuneJobSpec spec(String limit, long seconds) {
    var policy =
        new FineTuneJobSpec.RunPolicy(
            3,
            new FineTuneJobSpec.Backoff(0, 0),
            limit.equals("active") ? seconds : null,
            limit.equals("start") ? seconds : null,
            limit.equals("ready") ? seconds : null,
            limit.equals("hang") ? seconds : null,
            null,
            null);
    return SpecDraft.of(JobFixture.config()).runPolicy(policy).build();
  }

  private static Observation observation(
      FineTuneJobSpec spec,
      FineTuneJobStatus status,
      StageJob job,
      StatusAnswer answer,
      String now) {
    return new Observation(
        new Request(OWNER, 1, spec),
        status,
        Set.of(),
        job == null ? List.of() : List.of(job),
        answer,
        Instant.parse(DAY + now + "Z"));
  }

  private static FineTuneJobStatus status(long used, String resumed, String lastChange) {
    Run run = new Run(1, HASH, 1L, DAY + "12:00:00Z", null, null, null, 1, 0, "tiny-1-train-1");
    var attempt = new AttemptStatus(1, "tiny-1-train-1", null, null, null, null, null, null, null);
    return status(run, List.of(attempt), lastChange, used, resumed);
  }

  private static FineTuneJobStatus status(
      Run run, List<AttemptStatus> attempts, String lastChange, long used, String resumed) {
    var progress =
        lastChange == null
            ? null
            : new FineTuneJobStatus.Progress(
                5, 5, 100, "5/100", null, null, null, null, null, null, "training", lastChange);
    var suspended =
        new JobCondition("Suspended", "False", 1L, DAY + resumed + "Z", "Resumed", null);
    return new FineTuneJobStatus(
        1L,
        null,
        null,
        run,
        null,
        progress,
        null,
        null,
        null,
        null,
        null,
        List.of(suspended),
        null,
        attempts,
        new Usage(used),
        new Checkpoints(new Checkpoint("step-4", 4, "1.5"), null),
        null);
  }

  private static StageJob job(StageJob.State state, TrainerPod pod, StopCause stopped) {
    String started = pod instanceof TrainerPod.Running ? DAY + "12:01:00Z" : "";
    return new StageJob(
        "tiny-1-train-1",
        new JobMark(1, Stage.TRAIN, 1, HASH, 1, 0),
        state,
        new StageJob.Shards(1, 0),
        List.of(new IndexedPod(0, started, "", pod)),
        new StageJob.Past(
            Optional.of(Instant.parse(DAY + "12:00:10Z")), Optional.ofNullable(stopped)));
  }

  private static StatusAnswer answer(String says, long step) {
    if (says.equals("nothing")) {
      return new StatusAnswer.Unavailable("uid", "no answer within 2000 ms");
    }
    var progress = new Progress(step, 100, 0, 0, 0, null, null, null, List.of(), null, null);
    return new StatusAnswer.Report(
        new TrainingReport.Running(
            TrainingReport.Phase.valueOf(says.toUpperCase(Locale.ROOT)), progress));
  }
}
