package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Queue;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.QueueProvider;
import io.llmforge.operator.decide.Admission.Creation;
import io.llmforge.operator.identity.RunNames;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.QueuedJob;
import io.llmforge.operator.observe.StageJob;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Submits Jobs to Kueue and follows what it makes of them. Whose place Kueue takes away continues
 * as a new attempt: a Job that was at work never runs again.
 */
final class KueueQueue {

  private KueueQueue() {}

  /** Whether the spec names a queue of Kueue. */
  static boolean isAsked(Observation observation) {
    @Nullable Queue queue = observation.request().spec().queue();
    if (queue == null || queue.name() == null) {
      return false;
    }
    return switch (requireNonNullElse(queue.provider(), QueueProvider.Auto)) {
      case Auto, Kueue -> true;
      case None, ResourceQuota -> false;
    };
  }

  /** Submits the Job of a stage that begins. */
  static Admission submit(Decision.Train train, Observation observation) {
    RunState run = train.run();
    String job =
        new RunNames(observation.request().owner().name(), run.number())
            .job(run.stage(), run.attempt());
    var hold = new Hold.InKueue(job, name(observation), "");
    return new Admission(
        new Decision.Queue(train.planning(), run, train.attempt(), hold),
        Creation.SUBMITTED,
        List.of());
  }

  /** What others have made of a Job that should be at work; empty when nothing keeps it. */
  static Optional<Admission> atWork(QuotaQueue.Work work, Observation observation) {
    RunState run = work.run();
    Optional<StageJob> stage = observation.job(run.number(), run.stage(), run.attempt());
    return observation
        .queue()
        .queuedJob(work.attempt().job())
        .flatMap(job -> stage.flatMap(known -> hold(job, known, observation)))
        .map(hold -> Admission.hold(work.held(hold)));
  }

  /** A Job that leaves Kueue is not one that the user suspends. */
  static Optional<Admission> stopping(Decision.Suspending suspending, Observation observation) {
    return observation
        .queue()
        .queuedJob(suspending.job().name())
        .filter(job -> job.state() == QueuedJob.State.LEAVING)
        .map(job -> new Hold.Evicting(suspending.job(), job.said()))
        .map(hold -> Admission.hold(QuotaQueue.Work.of(suspending).held(hold)));
  }

  private static Optional<Hold> hold(QueuedJob job, StageJob work, Observation observation) {
    return switch (job.state()) {
      case WAITING ->
          isAsked(observation) && job.queue().equals(name(observation))
              ? Optional.of(new Hold.InKueue(job.name(), job.queue(), job.said()))
              : Optional.of(new Hold.Evicting(work, "spec.queue names another queue."));
      case EVICTED -> Optional.of(new Hold.Evicting(work, job.said()));
      case SUSPENDED -> Optional.of(new Hold.ByOther(job.name()));
      case ADMITTED, LEAVING, OVER -> Optional.empty();
    };
  }

  private static String name(Observation observation) {
    Queue queue = requireNonNull(observation.request().spec().queue(), "queue");
    return requireNonNull(queue.name(), "queue name");
  }
}
