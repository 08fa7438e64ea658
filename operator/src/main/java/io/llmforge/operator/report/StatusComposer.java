package io.llmforge.operator.report;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.AttemptStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.JobCondition;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Metric;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Outcome;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Output;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Resources;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Run;
import io.llmforge.crds.plan.Objective.ReferencePlan;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.operator.decide.Attempt;
import io.llmforge.operator.decide.Decision;
import io.llmforge.operator.decide.RunState;
import io.llmforge.operator.decide.Streaming;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.StageJob;
import io.llmforge.operator.observe.StageJob.Shards;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Composes the whole status of a FineTuneJob. Equal facts at a later time give an equal status, so
 * that nothing is written when nothing changed.
 */
public final class StatusComposer {

  private static final int MOST_FINDINGS = 64;
  private static final int LONGEST_FINDING = 512;
  private static final Resources NOTHING = new Resources(0);

  /** The status after a decision was carried out, with what stood in its way. */
  public FineTuneJobStatus compose(
      Observation observation, Decision decision, List<Obstacle> obstacles, Instant now) {
    FineTuneJobStatus recorded = observation.recorded();
    @Nullable Run run = run(observation, decision, obstacles, now);
    boolean sameRun = run != null && recorded.run() != null && isSame(run, recorded.run());
    Optional<TrainingReport> report = NewestReport.of(observation, decision);
    ProgressStatus reported =
        (sameRun ? ProgressStatus.recorded(recorded) : ProgressStatus.NONE).after(report, now);
    ProgressStatus progress =
        decision instanceof Decision.Succeed ? reported.withoutCopies() : reported;
    Picture picture =
        Painter.paint(observation, decision, obstacles, CheckpointTruth.of(progress.checkpoints()));
    @Nullable List<AttemptStatus> attempts = AttemptsRecord.of(observation, decision);
    return new FineTuneJobStatus(
        observation.request().generation(),
        picture.phase(),
        picture.message(),
        run,
        run == null ? null : ReferenceTruth.shards(observation, run),
        progress.progress(),
        report
            .<@Nullable List<Metric>>map(StatusParts::metrics)
            .orElse(sameRun ? recorded.metrics() : null),
        resources(decision, observation),
        failure(decision, recorded, sameRun),
        outputs(decision, recorded, sameRun),
        findings(decision),
        conditions(picture, observation, now),
        QueueRecord.of(observation, decision, now),
        attempts,
        RunUsage.of(recorded, run, attempts),
        progress.checkpoints(),
        RunAdjustments.of(observation, decision));
  }

  private static boolean isSame(Run run, Run recorded) {
    return run.number() == recorded.number();
  }

  private static @Nullable Run run(
      Observation observation, Decision decision, List<Obstacle> obstacles, Instant now) {
    RunRecord record =
        new RunRecord(observation.request().owner().name(), observation.recorded().run(), now);
    return switch (decision) {
      case Decision.Refuse refuse -> observation.recorded().run();
      case Decision.Validated validated -> record.underway(validated.run());
      case Decision.Train train -> record.underway(train, obstacles.isEmpty());
      case Decision.Queue queue -> record.queued(queue, obstacles.isEmpty());
      case Decision.Await await -> record.underway(await.run());
      case Decision.Suspending suspending -> record.underway(suspending.run());
      case Decision.Stopping stopping -> record.underway(stopping.run());
      case Decision.BackOff backOff -> record.waiting(backOff.run());
      case Decision.Suspended suspended -> record.waiting(suspended.run());
      case Decision.Succeed succeed -> record.ended(succeed.run(), Outcome.Succeeded);
      case Decision.Fail fail -> record.ended(fail.run(), Outcome.Failed);
      case Decision.Rest rest -> rested(rest.run(), observation);
    };
  }

  private static @Nullable Run rested(RunState state, Observation observation) {
    @Nullable Run run = observation.recorded().run();
    return run == null ? null : RunRecord.answering(run, state.generation());
  }

  private static int scoring(RunState run, Observation observation) {
    return Streaming.beside(run, observation)
        .filter(job -> job.state() == StageJob.State.ACTIVE)
        .map(job -> job.shards().total() - job.shards().done())
        .orElse(0);
  }

  private static @Nullable Resources resources(Decision decision, Observation observation) {
    FineTuneJobStatus recorded = observation.recorded();
    return switch (decision) {
      case Decision.Train train ->
          train.attempt() instanceof Attempt.AtWork attempt
              ? resources(
                  attempt,
                  new Resources(
                      train.planning().plan().batch().devices()
                          + scoring(train.run(), observation)))
              : new Resources(firstDevices(train));
      case Decision.Queue queue -> NOTHING;
      case Decision.Await await -> resources(await.attempt(), recorded.resources());
      case Decision.Suspending suspending -> recorded.resources();
      case Decision.Stopping stopping -> recorded.resources();
      case Decision.BackOff backOff -> NOTHING;
      case Decision.Suspended suspended -> NOTHING;
      case Decision.Succeed succeed -> NOTHING;
      case Decision.Fail fail -> NOTHING;
      case Decision.Refuse refuse -> recorded.resources();
      case Decision.Validated validated -> NOTHING;
      case Decision.Rest rest -> recorded.resources();
    };
  }

  private static @Nullable Resources resources(
      Attempt.AtWork attempt, @Nullable Resources ofTraining) {
    return switch (attempt) {
      case Attempt.Checking checking -> NOTHING;
      case Attempt.Scoring scoring -> {
        Shards shards = scoring.work().shards();
        yield new Resources(shards.total() - shards.done());
      }
      case Attempt.Underway underway -> ofTraining;
      case Attempt.Publishing publishing -> NOTHING;
    };
  }

  private static int firstDevices(Decision.Train train) {
    return switch (train.run().stage()) {
      case PREFLIGHT, PUBLISH -> 0;
      case REFERENCE -> train.planning().reference().map(ReferencePlan::shards).orElse(0);
      case TRAIN -> train.planning().plan().batch().devices();
    };
  }

  private static FineTuneJobStatus.@Nullable Failure failure(
      Decision decision, FineTuneJobStatus recorded, boolean sameRun) {
    if (decision instanceof Decision.Fail fail) {
      return StatusParts.failure(fail);
    }
    return sameRun && !isMadeAnew(decision, recorded) ? recorded.failure() : null;
  }

  // What had failed for good, and is tried once more, has not failed any longer.
  private static boolean isMadeAnew(Decision decision, FineTuneJobStatus recorded) {
    boolean rests = decision instanceof Decision.Rest || decision instanceof Decision.Refuse;
    return decision instanceof Decision.Succeed || (hasEnded(recorded) && !rests);
  }

  private static boolean hasEnded(FineTuneJobStatus recorded) {
    return recorded.run() != null && recorded.run().outcome() != null;
  }

  private static @Nullable List<Output> outputs(
      Decision decision, FineTuneJobStatus recorded, boolean sameRun) {
    if (decision instanceof Decision.Succeed succeed) {
      return StatusParts.outputs(succeed);
    }
    return sameRun ? recorded.outputs() : null;
  }

  private static @Nullable List<String> findings(Decision decision) {
    List<String> findings =
        decision.planning().findings().stream()
            .limit(MOST_FINDINGS)
            .map(Painter::text)
            .map(text -> text.length() <= LONGEST_FINDING ? text : cut(text))
            .toList();
    return findings.isEmpty() ? null : findings;
  }

  private static String cut(String text) {
    return text.substring(0, LONGEST_FINDING - 3) + "...";
  }

  private static List<JobCondition> conditions(
      Picture picture, Observation observation, Instant now) {
    List<JobCondition> before = requireNonNullElse(observation.recorded().conditions(), List.of());
    return Arrays.stream(ConditionType.values())
        .map(
            type -> {
              Truth truth = requireNonNull(picture.truths().get(type));
              return new JobCondition(
                  type.text(),
                  truth.status().name(),
                  observation.request().generation(),
                  transitionTime(before, type, truth, now),
                  truth.reason().text(),
                  truth.message());
            })
        .toList();
  }

  private static String transitionTime(
      List<JobCondition> before, ConditionType type, Truth truth, Instant now) {
    return before.stream()
        .filter(c -> c.type().equals(type.text()) && c.status().equals(truth.status().name()))
        .flatMap(c -> Optional.ofNullable(c.lastTransitionTime()).stream())
        .findFirst()
        .orElseGet(() -> RunRecord.text(now));
  }
}
