package io.llmforge.operator.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.JobCondition;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Outcome;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Progress;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Resources;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Run;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Stage;
import io.llmforge.crds.config.LlmForgeConfigReader;
import io.llmforge.crds.plan.FailureCode.FailureClass;
import io.llmforge.operator.JobFixture;
import io.llmforge.operator.SpecDraft;
import io.llmforge.operator.decide.Attempt;
import io.llmforge.operator.decide.Decision;
import io.llmforge.operator.decide.Failure;
import io.llmforge.operator.decide.Planning;
import io.llmforge.operator.decide.Reason;
import io.llmforge.operator.decide.RunState;
import io.llmforge.operator.decide.TrainingPlanner;
import io.llmforge.operator.identity.Owner;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JobMetricsTest {

  private static final Owner OWNER = new Owner("team-a", "tiny", "uid");
  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
  private static final Decision DECISION =
      new Decision.Rest(
          new Planning.Refused(Reason.INVALID_CONFIG, List.of()),
          new RunState(1, "hash", 1, io.llmforge.operator.identity.Stage.TRAIN, 1, 0));
  private static final JobCondition AT_WORK = running("True", Reason.ALL_PODS_READY);
  private static final JobCondition ENDED = running("False", Reason.ENDED);
  private static final JobCondition RESTARTING = running("False", Reason.RESTARTING);

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final JobMetrics metrics = new JobMetrics(registry);

  @Test
  void trainingThatSucceedsIsChargedForItsTimeAtWork() {
    var before = status(train(1, 0, null), 8, AT_WORK);

    turn(before, status(train(1, 0, Outcome.Succeeded), 0, ENDED), 60);

    assertThat(acceleratorSeconds()).isEqualTo(Map.of("succeeded", 480.0));
  }

  @Test
  void trainerThatEndedIsJudgedWhenItsJobIs() {
    var atWork = status(train(1, 0, null), 8, AT_WORK);
    var ended = status(train(1, 0, null), 8, ENDED);

    turn(atWork, ended, 60);
    assertThat(acceleratorSeconds()).isEmpty();

    turn(ended, status(train(2, 1, null), 8, RESTARTING), 65);
    assertThat(acceleratorSeconds()).isEqualTo(Map.of("failed", 480.0));
  }

  @Test
  void interruptedAttemptIsNoFailure() {
    turn(status(train(1, 0, null), 8, AT_WORK), status(train(2, 0, null), 8, RESTARTING), 60);

    assertThat(acceleratorSeconds()).isEqualTo(Map.of("interrupted", 480.0));
  }

  @Test
  void everyShardIsChargedUntilItIsDone() {
    var three = status(reference(1), 3, AT_WORK);
    var one = status(reference(1), 1, AT_WORK);

    turn(three, one, 10);
    turn(one, status(train(1, 0, null), 1, RESTARTING), 60);

    assertThat(acceleratorSeconds()).isEqualTo(Map.of("succeeded", 2 * 10.0 + 60));
  }

  @Test
  void waitingAndNewsOfWorkCostNothing() {
    var waiting = status(train(1, 0, null), 8, running("False", Reason.UNSCHEDULABLE));
    var atWork = status(train(1, 0, null), 8, AT_WORK);

    turn(waiting, atWork, 60);
    turn(atWork, atWork, 120);
    turn(waiting, status(train(1, 0, Outcome.Failed), 0, ENDED), 180);

    assertThat(acceleratorSeconds()).isEmpty();
  }

  @Test
  void whatIsNotKnownHasNoSeries() {
    metrics.show(OWNER, sight(status(train(1, 0, null), 8, RESTARTING)));

    assertThat(series())
        .isEqualTo(
            Map.of(
                "llmforge.finetunejob.accelerators", 8.0,
                "llmforge.finetunejob.attempt", 1.0,
                "llmforge.finetunejob.phase Training", 1.0));
  }

  @Test
  void lossThatIsNoNumberIsShown() {
    metrics.show(OWNER, sight(progress("NaN", 5L)));
    assertThat(series()).containsEntry("llmforge.finetunejob.loss", Double.NaN);
    assertThat(series()).containsEntry("llmforge.finetunejob.time.left", 5.0);

    metrics.show(OWNER, sight(progress("Infinity", null)));
    assertThat(series()).containsEntry("llmforge.finetunejob.loss", Double.POSITIVE_INFINITY);
    assertThat(series()).doesNotContainKey("llmforge.finetunejob.time.left");
  }

  @Test
  void onlyThePresentPhaseIsShown() {
    metrics.show(OWNER, sight(status(train(1, 0, null), 8, RESTARTING)));
    metrics.show(OWNER, sight(inPhase(Phase.Publishing)));

    assertThat(series().keySet())
        .filteredOn(name -> name.contains("phase"))
        .containsExactly("llmforge.finetunejob.phase Publishing");
  }

  @Test
  void endedOrForgottenRunHasNoSeries() {
    metrics.show(OWNER, sight(status(train(1, 0, null), 8, AT_WORK)));
    metrics.show(OWNER, sight(status(train(1, 0, Outcome.Succeeded), 0, ENDED)));
    assertThat(series()).isEmpty();

    metrics.show(OWNER, sight(status(train(1, 0, null), 8, AT_WORK)));
    metrics.forget("team-a", "tiny");
    assertThat(series()).isEmpty();
  }

  @Test
  void operatorThatStopsLeavesNothingOfThePresentToTheNext() {
    metrics.count(Stream::of);
    metrics.show(OWNER, sight(status(train(1, 0, null), 8, AT_WORK)));

    metrics.close();
    try (JobMetrics next = new JobMetrics(registry)) {
      next.count(() -> Stream.of(new FineTuneJob()));

      assertThat(series().keySet()).allMatch(name -> name.startsWith(JobMetrics.JOBS));
      assertThat(series()).containsEntry(JobMetrics.JOBS + " Pending", 1.0);
    }
  }

  @Test
  void timeThatIsNoneIsNotMeasured() {
    turn(began("yesterday", null), began("yesterday", Outcome.Succeeded), 60);
    turn(began(NOON.toString(), null), began(NOON.toString(), Outcome.Succeeded), 60);

    assertThat(registry.get(JobMetrics.RUNS_ENDED).counter().count()).isEqualTo(2);
    assertThat(registry.get(JobMetrics.RUN_DURATION).timer().count()).isEqualTo(1);
  }

  @Test
  void attemptThatIsMadeAgainIsCountedWithItsReasonThoughItWaits() {
    Planning.Planned planned =
        (Planning.Planned)
            new TrainingPlanner(new LlmForgeConfigReader())
                .plan(OWNER, SpecDraft.of(JobFixture.config()).build());
    var again =
        new Attempt.Again(
            new Failure(Reason.HANG, FailureClass.RETRY, "", "", OptionalInt.empty()));
    var next = new RunState(1, "hash", 1, io.llmforge.operator.identity.Stage.TRAIN, 2, 1);

    metrics.turned(
        new RunTotals.Turn(
            OWNER, status(train(1, 0, null), 8, AT_WORK), status(train(2, 1, null), 0, RESTARTING)),
        new Decision.BackOff(planned, next, again, NOON),
        NOON);

    assertThat(repeated()).containsExactly("failed Hang");
  }

  @Test
  void failedRunThatIsTriedAgainIsCountedWithItsFailure() {
    FineTuneJobStatus failed = failed(train(4, 3, Outcome.Failed), "StorageUnavailable");

    turn(failed, status(train(5, 0, null), 8, AT_WORK), 60);

    assertThat(repeated()).containsExactly("failed StorageUnavailable");
  }

  private List<String> repeated() {
    return registry.find(JobMetrics.ATTEMPTS_REPEATED).counters().stream()
        .map(counter -> counter.getId().getTag("cause") + " " + counter.getId().getTag("reason"))
        .toList();
  }

  private static FineTuneJobStatus began(String time, @Nullable Outcome outcome) {
    return status(new Run(1, "hash", 1L, time, null, outcome, Stage.Train, 1, 0, null), 8, AT_WORK);
  }

  private void turn(FineTuneJobStatus before, FineTuneJobStatus after, int seconds) {
    metrics.turned(new RunTotals.Turn(OWNER, before, after), DECISION, NOON.plusSeconds(seconds));
  }

  private Map<String, Double> acceleratorSeconds() {
    Map<String, Double> seconds = new TreeMap<>();
    registry
        .find(JobMetrics.ACCELERATOR_TIME)
        .counters()
        .forEach(
            counter ->
                seconds.put(String.valueOf(counter.getId().getTag("outcome")), counter.count()));
    return seconds;
  }

  private Map<String, Double> series() {
    Map<String, Double> series = new TreeMap<>();
    for (Meter meter : registry.getMeters()) {
      if (meter instanceof Gauge gauge) {
        @Nullable String phase = gauge.getId().getTag("phase");
        series.put(gauge.getId().getName() + (phase == null ? "" : " " + phase), gauge.value());
      }
    }
    return series;
  }

  private static RunSight sight(FineTuneJobStatus status) {
    return new RunSight(status, Optional.empty());
  }

  private static Run train(int attempt, int failed, @Nullable Outcome outcome) {
    return new Run(
        1, "hash", 1L, NOON.toString(), null, outcome, Stage.Train, attempt, failed, null);
  }

  private static Run reference(int attempt) {
    return new Run(1, "hash", 1L, NOON.toString(), null, null, Stage.Reference, attempt, 0, null);
  }

  private static JobCondition running(String status, Reason reason) {
    return new JobCondition("Running", status, 1L, NOON.toString(), reason.text(), "");
  }

  private static FineTuneJobStatus failed(Run run, String reason) {
    var failure = new FineTuneJobStatus.Failure(reason, "away", null, null, null, null);
    return status(run, Phase.Failed, null, 0, ENDED, failure);
  }

  private static FineTuneJobStatus status(Run run, int gpus, JobCondition running) {
    return status(run, Phase.Training, null, gpus, running);
  }

  private static FineTuneJobStatus inPhase(Phase phase) {
    return status(train(1, 0, null), phase, null, 8, AT_WORK);
  }

  private static FineTuneJobStatus progress(String loss, @Nullable Long eta) {
    var progress =
        new Progress(50, 5, 10, null, null, loss, null, eta, null, NOON.toString(), null, null);
    return status(train(1, 0, null), Phase.Training, progress, 8, AT_WORK);
  }

  private static FineTuneJobStatus status(
      Run run, Phase phase, @Nullable Progress progress, int gpus, JobCondition running) {
    return status(run, phase, progress, gpus, running, null);
  }

  private static FineTuneJobStatus status(
      Run run,
      Phase phase,
      @Nullable Progress progress,
      int gpus,
      JobCondition running,
      FineTuneJobStatus.@Nullable Failure failure) {
    return new FineTuneJobStatus(
        1L,
        phase,
        null,
        run,
        null,
        progress,
        null,
        new Resources(gpus),
        failure,
        null,
        null,
        List.of(running),
        null,
        null,
        null,
        null,
        null);
  }
}
