package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNull;

import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Reference;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.ReferenceMode;
import io.llmforge.operator.identity.Stage;
import io.llmforge.operator.identity.StopCause;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.QueuedJob;
import io.llmforge.operator.observe.StageJob;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What two Jobs of a run that are at work at once mean for each other: pods that score, and the
 * trainer they feed. The trainer begins when every pod that scores has, and so takes no device that
 * one of them waits for; whatever quota they need, they cannot wait for each other.
 */
public final class Streaming {

  private Streaming() {}

  /** What is to be done before anything else is considered. */
  sealed interface Step {

    /** Nothing: the stage at hand is considered by itself. */
    record None() implements Step {}

    /** Training begins beside the pods that score. */
    record Begin() implements Step {}

    /** A Job is stopped, or is being stopped already. */
    record Stop(StageJob job, StopCause cause) implements Step {
      public Stop {
        requireNonNull(job, "job");
        requireNonNull(cause, "cause");
      }
    }

    /** Neither is at work, and the reference is what is made next. */
    record Over(Failure failure) implements Step {
      public Over {
        requireNonNull(failure, "failure");
      }
    }
  }

  /** Whether a spec wants training to begin while the reference is scored. */
  static boolean isAsked(@Nullable Reference reference) {
    return reference != null && reference.mode() == ReferenceMode.Streaming;
  }

  /** The reference of a run at training that is not complete; empty when it does not matter. */
  public static Optional<StageJob> beside(RunState run, Observation observation) {
    return run.stage() == Stage.TRAIN
        ? observation
            .newestJob(run.number(), Stage.REFERENCE)
            .filter(job -> job.state() != StageJob.State.COMPLETE)
        : Optional.empty();
  }

  /** What the two stages mean for each other now. */
  static Step of(RunState run, Observation observation) {
    Optional<StageJob> job = observation.job(run.number(), run.stage(), run.attempt());
    return switch (run.stage()) {
      case PREFLIGHT, PUBLISH -> new Step.None();
      case REFERENCE ->
          job.filter(reference -> feeds(reference, run, observation))
              .<Step>map(reference -> new Step.Begin())
              .orElseGet(Step.None::new);
      case TRAIN ->
          beside(run, observation)
              .map(reference -> of(reference, job, observation))
              .orElseGet(Step.None::new);
    };
  }

  private static boolean feeds(StageJob reference, RunState run, Observation observation) {
    return isAsked(observation.request().spec().reference())
        && reference.state() == StageJob.State.ACTIVE
        && reference.allStarted()
        && !isTaken(reference, observation)
        && TimeLimit.reached(observation, run, reference).isEmpty();
  }

  private static Step of(StageJob reference, Optional<StageJob> train, Observation observation) {
    StageJob.State trainer = train.map(StageJob::state).orElse(StageJob.State.STOPPED);
    return switch (trainer) {
      case ACTIVE ->
          isLost(reference, observation)
              ? new Step.Stop(train.orElseThrow(), StopCause.REFERENCE_ENDED)
              : new Step.None();
      case REVIVED, STOPPING -> new Step.None();
      case STOPPED, COMPLETE, FAILED -> afterTrainer(reference, train, observation);
    };
  }

  private static Step afterTrainer(
      StageJob reference, Optional<StageJob> train, Observation observation) {
    Optional<Failure> own = train.flatMap(job -> failure(job, observation));
    if (train.isPresent() && own.isEmpty()) {
      return new Step.None();
    }
    StopCause cause = StopJudge.cause(reference);
    return switch (reference.state()) {
      case ACTIVE, COMPLETE -> new Step.None();
      case REVIVED, STOPPING -> new Step.Stop(reference, cause);
      case FAILED -> new Step.Over(ReferenceJudge.judge(reference));
      case STOPPED ->
          cause == StopCause.UNNEEDED && train.isPresent()
              ? new Step.None()
              : new Step.Over(
                  own.filter(failure -> train.orElseThrow().state() == StageJob.State.FAILED)
                      .orElseGet(() -> StopJudge.failure(cause, reference, observation)));
    };
  }

  /** Why a trainer that is over has not completed. */
  private static Optional<Failure> failure(StageJob train, Observation observation) {
    AttemptEnd end =
        train.state() == StageJob.State.STOPPED
            ? StopJudge.judge(train, observation)
            : AttemptJudge.judge(train);
    return end instanceof AttemptEnd.Failed(Failure failure)
        ? Optional.of(failure)
        : Optional.empty();
  }

  /**
   * The same decision, but first the pods that score are ended where it leaves their run or lets it
   * rest.
   */
  static Decision withoutLeftovers(Decision decision, RunState run, Observation observation) {
    Optional<StageJob> reference =
        observation
            .newestJob(run.number(), Stage.REFERENCE)
            .filter(job -> isAtWork(job.state()))
            .filter(job -> leaves(decision, run));
    if (reference.isEmpty()) {
      return decision;
    }
    StageJob job = reference.get();
    RunState training = run.beside(Stage.TRAIN);
    return decision instanceof Decision.Suspended suspended
            && suspended.run().number() == run.number()
        ? new Decision.Suspending(decision.planning(), training, job)
        : new Decision.Stopping(decision.planning(), training, job, StopCause.UNNEEDED);
  }

  private static boolean leaves(Decision decision, RunState run) {
    return switch (decision) {
      case Decision.Succeed succeed -> true;
      case Decision.Fail fail -> true;
      case Decision.Refuse refuse -> true;
      case Decision.Validated validated -> true;
      case Decision.Suspended suspended -> true;
      case Decision.Train train ->
          train.run().number() != run.number() || train.run().stage() == Stage.PUBLISH;
      case Decision.BackOff backOff -> backOff.run().number() != run.number();
      case Decision.Queue queue -> false;
      case Decision.Await await -> false;
      case Decision.Suspending suspending -> false;
      case Decision.Stopping stopping -> false;
      case Decision.Rest rest -> false;
    };
  }

  private static boolean isAtWork(StageJob.State state) {
    return switch (state) {
      case ACTIVE, REVIVED, STOPPING -> true;
      case STOPPED, COMPLETE, FAILED -> false;
    };
  }

  private static boolean isLost(StageJob reference, Observation observation) {
    return reference.state() != StageJob.State.ACTIVE || isTaken(reference, observation);
  }

  // Kueue has taken its place away: its devices may be anybody's.
  private static boolean isTaken(StageJob reference, Observation observation) {
    return observation
        .queue()
        .queuedJob(reference.name())
        .map(QueuedJob::state)
        .filter(state -> state == QueuedJob.State.EVICTED || state == QueuedJob.State.WAITING)
        .isPresent();
  }
}
