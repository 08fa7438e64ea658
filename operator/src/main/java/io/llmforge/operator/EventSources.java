package io.llmforge.operator;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.GroupVersionKind;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.event.source.polling.PerResourcePollingConfigurationBuilder;
import io.javaoperatorsdk.operator.processing.event.source.polling.PerResourcePollingEventSource;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.operator.identity.ObjectLabels;
import io.llmforge.operator.observe.StatusAnswer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** What wakes the operator up: changes of everything it owns, and news from trainers. */
final class EventSources {

  private static final String RANK_0 = "rank-0";

  private final EventSourceContext<FineTuneJob> context;

  EventSources(EventSourceContext<FineTuneJob> context) {
    this.context = context;
  }

  /**
   * All of them.
   *
   * @param kinds kinds of owned objects beside Jobs
   */
  List<EventSource<?, FineTuneJob>> all(
      ProgressPolling polling, List<Class<? extends HasMetadata>> kinds) {
    InformerEventSource<Job, FineTuneJob> jobs = owned(Job.class);
    EndedPods endedPods = new EndedPods();
    PodEvents pods = new PodEvents(context, endedPods);
    InformerEventSource<ResourceQuota, FineTuneJob> quotas = quotas();
    List<EventSource<?, FineTuneJob>> sources = new ArrayList<>();
    Workloads.kind(context.getClient()).ifPresent(kind -> sources.add(workloads(kind)));
    sources.add(jobs);
    sources.add(pods);
    sources.add(endedPods);
    kinds.forEach(kind -> sources.add(owned(kind)));
    sources.add(quotas);
    sources.add(new Neighbours(context.getPrimaryCache(), quotas));
    sources.add(progress(polling, jobs, pods));
    return List.copyOf(sources);
  }

  private <R extends HasMetadata> InformerEventSource<R, FineTuneJob> owned(Class<R> type) {
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(type, FineTuneJob.class)
            .withLabelSelector(ObjectLabels.SELECTOR)
            .build(),
        context);
  }

  private InformerEventSource<ResourceQuota, FineTuneJob> quotas() {
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(ResourceQuota.class, FineTuneJob.class)
            .withSecondaryToPrimaryMapper(
                quota -> Neighbours.waiting(quota, context.getPrimaryCache()))
            .build(),
        context);
  }

  private InformerEventSource<GenericKubernetesResource, FineTuneJob> workloads(
      GroupVersionKind kind) {
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(kind, FineTuneJob.class)
            .withSecondaryToPrimaryMapper(Workloads::jobOf)
            .build(),
        context);
  }

  private PerResourcePollingEventSource<StatusAnswer, FineTuneJob, String> progress(
      ProgressPolling polling, InformerEventSource<Job, FineTuneJob> jobs, PodEvents pods) {
    // The framework keeps the last answer as long as there is a trainer to ask.
    var answers =
        new AtomicReference<PerResourcePollingEventSource<StatusAnswer, FineTuneJob, String>>();
    var configuration =
        new PerResourcePollingConfigurationBuilder<StatusAnswer, FineTuneJob, String>(
                job ->
                    polling.ask(
                        job,
                        jobs.getSecondaryResources(job),
                        pods.getSecondaryResources(job),
                        before(answers.get(), job)),
                polling.interval())
            .withExecutorService(polling.executor())
            .withResourceIDMapper(answer -> RANK_0)
            .withName("progress")
            .build();
    answers.set(new PerResourcePollingEventSource<>(StatusAnswer.class, context, configuration));
    return answers.get();
  }

  private static StatusAnswer before(
      PerResourcePollingEventSource<StatusAnswer, FineTuneJob, String> answers, FineTuneJob job) {
    return answers
        .getSecondaryResource(ResourceID.fromResource(job))
        .orElseGet(StatusAnswer.NotAsked::new);
  }
}
