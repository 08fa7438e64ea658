package io.llmforge.operator;

import static java.util.Objects.requireNonNull;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.operator.decide.Admission;
import io.llmforge.operator.decide.Decision;
import io.llmforge.operator.decide.Hold;
import io.llmforge.operator.decide.NextLook;
import io.llmforge.operator.decide.QuotaQueue;
import io.llmforge.operator.desired.HeldPods;
import io.llmforge.operator.desired.JobDemand;
import io.llmforge.operator.desired.QueuedJobs;
import io.llmforge.operator.identity.Owner;
import io.llmforge.operator.observe.EndedPod;
import io.llmforge.operator.observe.Neighbourhood;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.OwnedObjects;
import io.llmforge.operator.observe.QueueReader;
import io.llmforge.operator.observe.StatusAnswer;
import io.llmforge.operator.report.Obstacle;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One pass: observe, decide, create what is desired, stop what is not, report. A pass that fails is
 * made again.
 */
@ControllerConfiguration(name = FineTuneJobReconciler.NAME)
@GradualRetry(maxAttempts = Integer.MAX_VALUE, initialInterval = 1_000, maxInterval = 60_000)
@Singleton
public final class FineTuneJobReconciler implements Reconciler<FineTuneJob> {

  static final String NAME = "finetunejob";

  /** Pause before the next try to create what the API server refused. */
  private static final Duration RETRY_PAUSE = Duration.ofSeconds(10);

  /** Pause before a spec is taken up that changed while a run was under way. */
  private static final Duration NEXT_RUN_PAUSE = Duration.ofMillis(100);

  /** Pause before a job that has just begun to wait looks once more. */
  private static final Duration SECOND_LOOK = Duration.ofMillis(500);

  private static final Duration AT_ONCE = Duration.ofMillis(1);

  private final Parts parts;

  public FineTuneJobReconciler(Parts parts) {
    this.parts = parts;
  }

  @Override
  public List<EventSource<?, FineTuneJob>> prepareEventSources(
      EventSourceContext<FineTuneJob> context) {
    parts.metrics().count(() -> context.getPrimaryCache().list());
    return new EventSources(context).all(parts.polling(), parts.desired().kinds());
  }

  @Override
  public UpdateControl<FineTuneJob> reconcile(FineTuneJob job, Context<FineTuneJob> context) {
    OwnedObjects owned = owned(context, parts.desired().kinds());
    Instant now = parts.clock().instant();
    Observation observation =
        parts
            .observer()
            .observe(job, owned, answer(context), now)
            .with(QueueReader.read(job, owned, Neighbourhood.NONE, now));
    Decision wished = parts.decider().decide(observation);
    if (!QuotaQueue.wantsPods(wished) || neighbourhood(context).quotas().isEmpty()) {
      return carryOut(wished, observation, context);
    }
    return parts
        .turns()
        .inTurn(
            job.getMetadata().getNamespace(),
            () -> {
              var facts = QueueReader.read(job, owned, neighbourhood(context), now);
              return carryOut(wished, observation.with(facts), context);
            });
  }

  private UpdateControl<FineTuneJob> carryOut(
      Decision wished, Observation observation, Context<FineTuneJob> context) {
    Owner owner = observation.request().owner();
    var wanted = parts.desired().of(owner, observation.request().spec(), wished);
    Admission admission = parts.queue().admit(wished, JobDemand.of(wanted), observation);
    Decision decision = admission.decision();
    var obstacles =
        parts
            .creator()
            .create(
                admitted(wanted, admission, observation),
                observation,
                context.resourceOperations()::create);
    parts.stopper().stop(decision, observation);
    parts.releaser().release(admission.release(), owner.namespace());
    FineTuneJobStatus status =
        parts.composer().compose(observation, decision, obstacles, observation.now());
    var write = new StatusWrite(context.resourceOperations()::serverSideApplyPrimaryStatus);
    parts.reporter().publish(observation, decision, status, write);
    wakeOthers(observation.recorded(), status, context);
    return write.foundSpecAfter(observation.request().generation())
        ? UpdateControl.<FineTuneJob>noUpdate().rescheduleAfter(AT_ONCE)
        : next(observation, decision, obstacles);
  }

  private static List<HasMetadata> admitted(
      List<HasMetadata> wanted, Admission admission, Observation observation) {
    return switch (admission.creation()) {
      case NOT_YET -> List.of();
      case AT_ONCE -> wanted;
      case HELD -> HeldPods.of(wanted);
      case SUBMITTED ->
          QueuedJobs.of(wanted, requireNonNull(observation.request().spec().queue(), "queue"));
    };
  }

  // Who joins or leaves the line, or may have moved in it.
  private static void wakeOthers(
      FineTuneJobStatus before, FineTuneJobStatus after, Context<FineTuneJob> context) {
    boolean queued = before.phase() == Phase.Queued || after.phase() == Phase.Queued;
    boolean moved =
        before.phase() != after.phase()
            || !Objects.equals(before.observedGeneration(), after.observedGeneration())
            || isInLine(before) != isInLine(after);
    if (queued && moved) {
      context.eventSourceRetriever().getEventSourcesFor(Neighbourhood.class).stream()
          .filter(Neighbours.class::isInstance)
          .forEach(source -> ((Neighbours) source).wake(context.getPrimaryResource()));
    }
  }

  private static boolean isInLine(FineTuneJobStatus status) {
    return status.queue() != null && status.queue().position() != null;
  }

  private static UpdateControl<FineTuneJob> next(
      Observation observation, Decision decision, List<Obstacle> obstacles) {
    UpdateControl<FineTuneJob> control = UpdateControl.noUpdate();
    if (!obstacles.isEmpty()) {
      return control.rescheduleAfter(RETRY_PAUSE);
    }
    if (decision instanceof Decision.Succeed || decision instanceof Decision.Fail) {
      return control.rescheduleAfter(NEXT_RUN_PAUSE);
    }
    Optional<Duration> queued =
        decision instanceof Decision.Queue queue
            ? patience(observation, queue.hold())
            : Optional.empty();
    Optional<Duration> timed =
        NextLook.at(observation, decision).map(time -> Duration.between(observation.now(), time));
    Stream.concat(queued.stream(), timed.stream())
        .min(Comparator.naturalOrder())
        .ifPresent(control::rescheduleAfter);
    return control;
  }

  // Quota that was freed before the status said that it is waited for has woken nobody.
  private static Optional<Duration> patience(Observation observation, Hold hold) {
    boolean isNews = observation.recorded().phase() != Phase.Queued;
    return hold.patience().or(() -> isNews ? Optional.of(SECOND_LOOK) : Optional.empty());
  }

  private static OwnedObjects owned(
      Context<FineTuneJob> context, List<Class<? extends HasMetadata>> kinds) {
    Stream<HasMetadata> others = kinds.stream().flatMap(context::getSecondaryResourcesAsStream);
    return new OwnedObjects(
        List.copyOf(context.getSecondaryResources(Job.class)),
        List.copyOf(context.getSecondaryResources(Pod.class)),
        others.toList(),
        List.copyOf(context.getSecondaryResources(EndedPod.class)),
        List.copyOf(context.getSecondaryResources(GenericKubernetesResource.class)));
  }

  private static Neighbourhood neighbourhood(Context<FineTuneJob> context) {
    return context.getSecondaryResource(Neighbourhood.class).orElse(Neighbourhood.NONE);
  }

  private static StatusAnswer answer(Context<FineTuneJob> context) {
    return context.getSecondaryResource(StatusAnswer.class).orElseGet(StatusAnswer.NotAsked::new);
  }
}
