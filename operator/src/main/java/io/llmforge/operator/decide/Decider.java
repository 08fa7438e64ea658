package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNullElse;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Outcome;
import io.llmforge.crds.plan.FailureCode.FailureClass;
import io.llmforge.operator.identity.RunNames;
import io.llmforge.operator.identity.Stage;
import io.llmforge.operator.identity.StopCause;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.Request;
import io.llmforge.operator.observe.StageJob;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Decides what should happen. Equal observations give equal decisions. */
public final class Decider {

  private final TrainingPlanner planner;

  public Decider(TrainingPlanner planner) {
    this.planner = planner;
  }

  public Decision decide(Observation observation) {
    Request request = observation.request();
    Planning planning = planner.plan(request.owner(), request.spec());
    Optional<RecordedRun> recorded = RecordedRun.of(observation);
    if (recorded.isEmpty()) {
      return begin(1, planning, observation);
    }
    RunState run = recorded.get().state();
    Optional<Outcome> outcome = recorded.get().outcome();
    if (outcome.isEmpty()) {
      Decision decision = proceed(recorded.get(), planning, observation);
      return Streaming.withoutLeftovers(decision, run, observation);
    }
    return asksForAnother(outcome.get(), run, planning, observation)
        ? another(run, planning, observation)
        : new Decision.Rest(planning, rested(run, planning, request));
  }

  // What a run has done is not done again, if anything of it can be used.
  private static Decision another(RunState run, Planning planning, Observation observation) {
    Optional<RunState> next = Resumption.of(run, observation);
    return planOf(run, planning)
        .filter(planned -> next.isPresent() && !onlyValidate(observation.request()))
        .map(planned -> start(planned, next.get(), new Attempt.First(), observation))
        .orElseGet(() -> begin(run.number() + 1, planning, observation));
  }

  private static Decision begin(int number, Planning planning, Observation observation) {
    return switch (planning) {
      case Planning.Refused refused -> new Decision.Refuse(refused);
      case Planning.Planned planned ->
          start(
              planned,
              RunState.first(number, planned, observation.request().generation()),
              new Attempt.First(),
              observation);
    };
  }

  // Whatever would be started next waits while the job is suspended, and for its time to come.
  private static Decision start(
      Planning.Planned planned, RunState run, Attempt attempt, Observation observation) {
    if (isSuspended(observation.request())) {
      return new Decision.Suspended(planned, run, attempt);
    }
    if (TimeLimit.start(observation, run)
        .filter(limit -> limit.isReached(observation))
        .isPresent()) {
      return new Decision.Fail(planned, run, StopJudge.neverStarted());
    }
    return attempt instanceof Attempt.Again again && Backoff.isBefore(run, again, observation)
        ? new Decision.BackOff(planned, run, again, Backoff.end(run, again, observation))
        : new Decision.Train(planned, run, attempt, AttemptTerms.of(observation, run, attempt));
  }

  // Whoever suspended and resumed a run that then failed has not asked for another.
  private static boolean asksForAnother(
      Outcome outcome, RunState run, Planning planning, Observation observation) {
    long generation = observation.request().generation();
    if (generation == run.generation()) {
      return false;
    }
    @Nullable Long answered = observation.recorded().observedGeneration();
    boolean isChangedSince = answered == null || answered != generation;
    return switch (outcome) {
      case Succeeded -> !isPlanOf(run, planning);
      case Failed -> isChangedSince || !isPlanOf(run, planning);
    };
  }

  // The spec changed and the plan did not: the run answers the new generation as well.
  private static RunState rested(RunState run, Planning planning, Request request) {
    return isPlanOf(run, planning) ? run.answering(request.generation()) : run;
  }

  private static Decision proceed(
      RecordedRun recorded, Planning planning, Observation observation) {
    RunState run = recorded.state();
    return switch (Streaming.of(run, observation)) {
      case Streaming.Step.Begin begin
          when isPlanOf(run, planning) && !isSuspended(observation.request()) ->
          proceed(RecordedRun.beforeItsJob(run.beside(Stage.TRAIN)), planning, observation);
      case Streaming.Step.Stop stop when isSuspended(observation.request()) ->
          new Decision.Suspending(planning, run, stop.job());
      case Streaming.Step.Stop stop ->
          new Decision.Stopping(planning, run, stop.job(), stop.cause());
      case Streaming.Step.Over over ->
          failed(run.beside(Stage.REFERENCE), over.failure(), planning, observation);
      case Streaming.Step.Begin begin -> alone(recorded, planning, observation);
      case Streaming.Step.None none -> alone(recorded, planning, observation);
    };
  }

  private static Decision alone(RecordedRun recorded, Planning planning, Observation observation) {
    RunState run = recorded.state();
    Optional<StageJob> job = observation.job(run.number(), run.stage(), run.attempt());
    if (job.isPresent()) {
      return withJob(run, job.get(), planning, observation);
    }
    if (recorded.jobCreated()) {
      Failure lost = AttemptJudge.lost("the Job of attempt %d is gone".formatted(run.attempt()));
      return failed(run, lost, planning, observation);
    }
    return planFor(run, planning)
        .map(planned -> start(planned, run, attemptOf(run, observation), observation))
        .orElseGet(() -> begin(run.number() + 1, planning, observation));
  }

  private static Attempt attemptOf(RunState run, Observation observation) {
    String before =
        new RunNames(observation.request().owner().name(), run.number())
            .job(run.stage(), run.attempt() - 1);
    return AttemptHistory.of(observation, run.number())
        .failure(run.attempt() - 1, before)
        .filter(failure -> isFollowedBy(run, failure))
        .<Attempt>map(Attempt.Again::new)
        .orElseGet(Attempt.First::new);
  }

  // A run with no failure counted that follows one has been given all its tries anew.
  private static boolean isFollowedBy(RunState run, Failure failure) {
    return failure.failureClass() == FailureClass.RESUME || run.failedAttempts() > 0;
  }

  private static Decision withJob(
      RunState run, StageJob job, Planning planning, Observation observation) {
    return switch (job.state()) {
      case ACTIVE -> active(run, job, Attempt.AtWork.of(job), planning, observation);
      case REVIVED, STOPPING -> stopping(run, job, planning);
      case STOPPED -> ended(run, StopJudge.judge(job, observation), planning, observation);
      case COMPLETE, FAILED -> ended(run, StageJudge.judge(job), planning, observation);
    };
  }

  // A stage that was begun goes on whatever the spec says by now.
  private static Decision next(RunState run, Planning planning, Observation observation) {
    if (run.stage() == Stage.TRAIN) {
      RunState finished = run.at(Stage.PUBLISH);
      return proceed(RecordedRun.beforeItsJob(finished), planning, observation);
    }
    Optional<RunState> begun =
        Arrays.stream(Stage.values())
            .filter(stage -> stage.compareTo(run.stage()) > 0)
            .filter(stage -> observation.job(run.number(), stage, run.attempt()).isPresent())
            .findFirst()
            .map(run::at);
    if (begun.isPresent()) {
      return proceed(RecordedRun.beforeItsJob(begun.get()), planning, observation);
    }
    return planOf(run, planning)
        .map(planned -> next(planned, run, observation))
        .orElseGet(() -> begin(run.number() + 1, planning, observation));
  }

  private static Decision next(Planning.Planned planned, RunState run, Observation observation) {
    if (run.stage() == Stage.PREFLIGHT && onlyValidate(observation.request())) {
      return new Decision.Validated(planned, run);
    }
    Stage next = planned.after(run.stage()).orElseThrow();
    return start(planned, run.at(next), new Attempt.First(), observation);
  }

  private static Decision active(
      RunState run,
      StageJob job,
      Attempt.AtWork attempt,
      Planning planning,
      Observation observation) {
    if (isSuspended(observation.request())) {
      return new Decision.Suspending(planning, run, job);
    }
    return TimeLimit.reached(observation, run, job)
        .<Decision>map(limit -> new Decision.Stopping(planning, run, job, limit.cause()))
        .orElseGet(() -> atWork(run, attempt, planning, observation));
  }

  private static Decision stopping(RunState run, StageJob job, Planning planning) {
    StopCause cause = StopJudge.cause(job);
    return switch (cause) {
      case SUSPENDED, WITHDRAWN, EVICTED -> new Decision.Suspending(planning, run, job);
      case HANG, DEADLINE, START_DEADLINE, PODS_NOT_READY, REFERENCE_ENDED, UNNEEDED ->
          new Decision.Stopping(planning, run, job, cause);
    };
  }

  private static Decision atWork(
      RunState run, Attempt.AtWork attempt, Planning planning, Observation observation) {
    return planFor(run, planning)
        .<Decision>map(
            planned ->
                new Decision.Train(
                    planned, run, attempt, AttemptTerms.of(observation, run, attempt)))
        .orElseGet(() -> new Decision.Await(planning, run, attempt));
  }

  private static Decision ended(
      RunState run, AttemptEnd end, Planning planning, Observation observation) {
    return switch (end) {
      case AttemptEnd.StageDone done -> next(run, planning, observation);
      case AttemptEnd.Completed completed
          when run.stage() == Stage.PREFLIGHT && onlyValidate(observation.request()) ->
          next(run, planning, observation);
      case AttemptEnd.Completed completed ->
          new Decision.Succeed(planning, run, completed.report());
      case AttemptEnd.Failed failed -> failed(run, failed.failure(), planning, observation);
    };
  }

  private static Decision failed(
      RunState run, Failure cause, Planning planning, Observation observation) {
    Failure failure = MicroBatches.remedied(cause, run, planning, observation);
    return switch (failure.failureClass()) {
      case FATAL -> new Decision.Fail(planning, run, failure);
      case RETRY -> retried(run, failure, planning, observation);
      case RESUME -> again(run.afterInterruption(), failure, planning, observation);
    };
  }

  private static Decision retried(
      RunState run, Failure failure, Planning planning, Observation observation) {
    OptionalLong step = LastStep.of(observation, run, run.attempt());
    Optional<Failure> repeated =
        RepeatedFailure.of(run, failure, step, AttemptHistory.of(observation, run.number()));
    if (repeated.isPresent()) {
      return new Decision.Fail(planning, run, repeated.get());
    }
    boolean lastAttempt = run.failedAttempts() >= RunPolicy.of(observation).maximumRetries();
    return lastAttempt
        ? new Decision.Fail(planning, run, failure.asLast(run.attempt()))
        : again(run.afterFailure(), failure, planning, observation);
  }

  // A config that changed meanwhile is not worth another attempt: the next run takes its place.
  private static Decision again(
      RunState next, Failure failure, Planning planning, Observation observation) {
    return planFor(next, planning)
        .map(planned -> start(planned, next, new Attempt.Again(failure), observation))
        .orElseGet(() -> begin(next.number() + 1, planning, observation));
  }

  private static Optional<Planning.Planned> planOf(RunState run, Planning planning) {
    return planning instanceof Planning.Planned planned && planned.hash().equals(run.hash())
        ? Optional.of(planned)
        : Optional.empty();
  }

  /**
   * The plan that a run goes on with. What remains to be published is in its workspace with all
   * that is to be known of it, so that any plan will do.
   */
  private static Optional<Planning.Planned> planFor(RunState run, Planning planning) {
    return run.stage() == Stage.PUBLISH && planning instanceof Planning.Planned planned
        ? Optional.of(planned)
        : planOf(run, planning);
  }

  private static boolean isPlanOf(RunState run, Planning planning) {
    return planOf(run, planning).isPresent();
  }

  private static boolean isSuspended(Request request) {
    return requireNonNullElse(request.spec().suspend(), false);
  }

  private static boolean onlyValidate(Request request) {
    return requireNonNullElse(request.spec().validateOnly(), false);
  }
}
