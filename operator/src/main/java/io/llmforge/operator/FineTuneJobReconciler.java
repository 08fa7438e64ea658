package io.llmforge.operator;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
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
import io.llmforge.operator.decide.Decision;
import io.llmforge.operator.decide.NextLook;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.OwnedObjects;
import io.llmforge.operator.observe.StatusAnswer;
import io.llmforge.operator.report.Obstacle;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
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

  private final Parts parts;

  public FineTuneJobReconciler(Parts parts) {
    this.parts = parts;
  }

  @Override
  public List<EventSource<?, FineTuneJob>> prepareEventSources(
      EventSourceContext<FineTuneJob> context) {
    parts.metrics().count(() -> context.getPrimaryCache().list());
    return new EventSources(context).all(parts.polling());
  }

  @Override
  public UpdateControl<FineTuneJob> reconcile(FineTuneJob job, Context<FineTuneJob> context) {
    Observation observation =
        parts.observer().observe(job, owned(context), answer(context), parts.clock().instant());
    Decision decision = parts.decider().decide(observation);
    var request = observation.request();
    var desired = parts.desired().of(request.owner(), request.spec(), decision);
    var obstacles =
        parts.creator().create(desired, observation, context.resourceOperations()::create);
    parts.stopper().stop(decision, observation);
    FineTuneJobStatus status =
        parts.composer().compose(observation, decision, obstacles, observation.now());
    parts
        .reporter()
        .publish(observation, status, context.resourceOperations()::serverSideApplyPrimaryStatus);
    return next(observation, decision, obstacles);
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
    NextLook.at(observation, decision)
        .ifPresent(time -> control.rescheduleAfter(Duration.between(observation.now(), time)));
    return control;
  }

  private static OwnedObjects owned(Context<FineTuneJob> context) {
    Stream<HasMetadata> others =
        Stream.of(ConfigMap.class, Service.class, PersistentVolumeClaim.class)
            .flatMap(context::getSecondaryResourcesAsStream);
    return new OwnedObjects(
        List.copyOf(context.getSecondaryResources(Job.class)),
        List.copyOf(context.getSecondaryResources(Pod.class)),
        others.toList());
  }

  private static StatusAnswer answer(Context<FineTuneJob> context) {
    return context.getSecondaryResource(StatusAnswer.class).orElseGet(StatusAnswer.NotAsked::new);
  }
}
