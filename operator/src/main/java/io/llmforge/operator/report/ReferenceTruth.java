package io.llmforge.operator.report;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Outcome;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Reference;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Run;
import io.llmforge.operator.decide.Attempt;
import io.llmforge.operator.decide.Decision;
import io.llmforge.operator.decide.Planning;
import io.llmforge.operator.decide.Reason;
import io.llmforge.operator.decide.RunState;
import io.llmforge.operator.decide.Streaming;
import io.llmforge.operator.identity.Stage;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.StageJob;
import io.llmforge.operator.observe.StageJob.Shards;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is known of the starting model's log-probabilities. */
final class ReferenceTruth {

  private ReferenceTruth() {}

  /** What condition ReferenceReady says. */
  static Truth of(Observation observation, Decision decision) {
    return switch (decision) {
      case Decision.Refuse refuse -> Truth.no(Reason.NOT_STARTED);
      case Decision.Validated validated -> beforehand(validated.planning());
      case Decision.Train train ->
          train.run().stage() == Stage.TRAIN && isRequired(train.planning())
              ? Streaming.beside(train.run(), observation)
                  .map(ReferenceTruth::unfinished)
                  .orElseGet(() -> ready(train.run().number(), observation))
              : underway(train.planning(), train.run(), train.attempt(), observation);
      case Decision.Queue queue -> queued(queue, observation);
      case Decision.Await await ->
          underway(await.planning(), await.run(), await.attempt(), observation);
      case Decision.Suspending suspending ->
          stopping(suspending.planning(), suspending.run(), suspending.job(), observation);
      case Decision.Stopping stopping ->
          stopping(stopping.planning(), stopping.run(), stopping.job(), observation);
      case Decision.BackOff backOff ->
          underway(backOff.planning(), backOff.run(), backOff.attempt(), observation);
      case Decision.Suspended suspended -> stopped(suspended, observation);
      case Decision.Succeed succeed -> over(succeed.planning(), succeed.run(), observation);
      case Decision.Fail fail -> failed(fail.planning(), fail.run(), observation);
      case Decision.Rest rest -> rested(rest.planning(), rest.run(), observation);
    };
  }

  /** How many shards a run has and has scored; nothing when it needs none. */
  static @Nullable Reference shards(Observation observation, Run run) {
    @Nullable Reference recorded = recorded(observation, run.number());
    return observation
        .newestJob(run.number(), Stage.REFERENCE)
        .map(job -> ReferenceCount.of(job, recorded))
        .orElse(recorded);
  }

  private static @Nullable Reference recorded(Observation observation, int run) {
    @Nullable Run before = observation.recorded().run();
    return before != null && before.number() == run ? observation.recorded().reference() : null;
  }

  private static boolean isRequired(Planning.Planned planned) {
    return planned.reference().isPresent();
  }

  // The plan at hand may be another run's by now: then it is told when its stage comes.
  private static Truth beforehand(Planning planning) {
    return planning instanceof Planning.Planned planned && !isRequired(planned)
        ? Truth.yes(Reason.NOT_REQUIRED)
        : Truth.no(Reason.NOT_STARTED);
  }

  private static Truth underway(
      Planning planning, RunState run, Attempt attempt, Observation observation) {
    return switch (run.stage()) {
      case PREFLIGHT -> beforehand(planning);
      case TRAIN, PUBLISH -> trained(run.number(), observation);
      case REFERENCE ->
          attempt instanceof Attempt.Scoring scoring
              ? Truth.no(Reason.SCORING, sentence(scoring.work().shards()))
              : Truth.no(Reason.SCORING);
    };
  }

  private static Truth queued(Decision.Queue queue, Observation observation) {
    return switch (queue.run().stage()) {
      case PREFLIGHT -> beforehand(queue.planning());
      case TRAIN, PUBLISH -> trained(queue.run().number(), observation);
      case REFERENCE -> Truth.no(Reason.PODS_PENDING, "The pods that score wait for their quota.");
    };
  }

  private static Truth stopping(
      Planning planning, RunState run, StageJob job, Observation observation) {
    return switch (run.stage()) {
      case PREFLIGHT -> beforehand(planning);
      case TRAIN, PUBLISH -> trained(run.number(), observation);
      case REFERENCE -> Truth.no(Reason.SUSPENDING, sentence(job.shards()));
    };
  }

  private static Truth stopped(Decision.Suspended suspended, Observation observation) {
    return switch (suspended.run().stage()) {
      case PREFLIGHT -> beforehand(suspended.planning());
      case TRAIN, PUBLISH -> trained(suspended.run().number(), observation);
      case REFERENCE -> Truth.no(Reason.SUSPENDED_BY_USER);
    };
  }

  private static Truth ready(int run, Observation observation) {
    @Nullable Reference recorded = recorded(observation, run);
    @Nullable Reference now =
        observation
            .newestJob(run, Stage.REFERENCE)
            .map(job -> ReferenceCount.of(job, recorded))
            .orElse(recorded);
    return now != null && ReferenceCount.isHit(now)
        ? Truth.yes(
            Reason.CACHE_HIT,
            "All %d pairs were found. %s".formatted(now.pairs(), Reason.CACHE_HIT.sentence()))
        : Truth.yes(Reason.COMPUTED);
  }

  // While, or although, training is under way.
  private static Truth unfinished(StageJob reference) {
    return switch (reference.state()) {
      case ACTIVE -> Truth.no(Reason.SCORING, sentence(reference.shards()));
      case REVIVED, STOPPING, STOPPED ->
          Truth.no(Reason.REFERENCE_STOPPED, sentence(reference.shards()));
      case FAILED -> Truth.no(Reason.SHARDS_FAILED);
      case COMPLETE -> Truth.yes(Reason.COMPUTED);
    };
  }

  private static String sentence(Shards shards) {
    return ScoringActivity.shards(shards) + ".";
  }

  // The plan at hand may be another run's: what there is of the reference says whether it had one.
  private static Truth trained(int run, Observation observation) {
    Optional<StageJob> job = observation.newestJob(run, Stage.REFERENCE);
    if (job.filter(one -> one.state() != StageJob.State.COMPLETE).isPresent()) {
      return unfinished(job.get());
    }
    return job.isPresent() || recorded(observation, run) != null
        ? ready(run, observation)
        : Truth.yes(Reason.NOT_REQUIRED);
  }

  private static Truth failed(Planning planning, RunState run, Observation observation) {
    return switch (run.stage()) {
      case PREFLIGHT -> beforehand(planning);
      case REFERENCE -> Truth.no(Reason.SHARDS_FAILED);
      case TRAIN, PUBLISH -> trained(run.number(), observation);
    };
  }

  // A run whose result was there already ended at its preflight.
  private static Truth over(Planning planning, RunState run, Observation observation) {
    return run.stage() == Stage.PREFLIGHT
        ? beforehand(planning)
        : trained(run.number(), observation);
  }

  private static Truth rested(Planning planning, RunState run, Observation observation) {
    boolean failed =
        Optional.ofNullable(observation.recorded().run())
            .map(FineTuneJobStatus.Run::outcome)
            .filter(Outcome.Failed::equals)
            .isPresent();
    return failed ? failed(planning, run, observation) : over(planning, run, observation);
  }
}
