package io.llmforge.operator;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.ResourceEventAware;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.operator.observe.Neighbourhood;
import io.llmforge.operator.observe.QueueReader;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the FineTuneJobs of a namespace share: its quotas and the line for them. Whoever waits is
 * woken when another joins or leaves the line.
 */
final class Neighbours extends AbstractEventSource<Neighbourhood, FineTuneJob>
    implements ResourceEventAware<FineTuneJob> {

  private static final String NAME = "neighbours";

  private final IndexerResourceCache<FineTuneJob> jobs;
  private final InformerEventSource<ResourceQuota, FineTuneJob> quotas;

  Neighbours(
      IndexerResourceCache<FineTuneJob> jobs,
      InformerEventSource<ResourceQuota, FineTuneJob> quotas) {
    super(Neighbourhood.class, NAME);
    this.jobs = jobs;
    this.quotas = quotas;
  }

  /** The FineTuneJobs of an object's namespace that wait, or that nobody has looked at yet. */
  static Set<ResourceID> waiting(HasMetadata object, IndexerResourceCache<FineTuneJob> jobs) {
    return current(object.getMetadata().getNamespace(), jobs)
        .filter(QueueReader::isWaiting)
        .map(ResourceID::fromResource)
        .collect(Collectors.toSet());
  }

  // The list alone is behind the operator's own writes.
  private static Stream<FineTuneJob> current(
      String namespace, IndexerResourceCache<FineTuneJob> jobs) {
    return jobs.list(namespace, job -> true)
        .flatMap(job -> jobs.get(ResourceID.fromResource(job)).stream());
  }

  @Override
  public Set<Neighbourhood> getSecondaryResources(FineTuneJob job) {
    String namespace = job.getMetadata().getNamespace();
    List<ResourceQuota> limits = quotas.list(namespace, quota -> true).toList();
    return Set.of(
        new Neighbourhood(
            limits, limits.isEmpty() ? List.of() : current(namespace, jobs).toList()));
  }

  /** The line has moved: has everybody who waits in a FineTuneJob's namespace look again. */
  void wake(FineTuneJob job) {
    ResourceID self = ResourceID.fromResource(job);
    waiting(job, jobs).stream()
        .filter(other -> !other.equals(self))
        .forEach(other -> getEventHandler().handleEvent(new Event(other)));
  }

  @Override
  public void onResourceCreated(FineTuneJob job) {}

  // A changed job is looked at itself, and moves the line then.
  @Override
  public void onResourceUpdated(FineTuneJob job, FineTuneJob before) {}

  @Override
  public void onResourceDeleted(FineTuneJob job) {
    wake(job);
  }
}
