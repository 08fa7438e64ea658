package io.llmforge.operator.report;

import static java.util.Objects.requireNonNull;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Run;
import io.llmforge.operator.identity.Owner;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Series of single FineTuneJobs. A job has them while its run is under way, so that there are never
 * more of them than runs a cluster can hold. What is not known has no series: a loss that is NaN is
 * a loss that the trainer reported.
 */
final class RunSeries {

  static final String NAMESPACE = "namespace";
  static final String NAME = "name";

  private final MeterRegistry registry;
  private final Map<Job, Series> series = new ConcurrentHashMap<>();

  RunSeries(MeterRegistry registry) {
    this.registry = registry;
  }

  /** Shows a run under way, and no other. */
  void show(Owner owner, RunSight sight) {
    Job job = new Job(owner.namespace(), owner.name());
    series.compute(job, (key, shown) -> shown(key, shown, sight));
  }

  /** Forgets a FineTuneJob that is gone. */
  void forget(String namespace, String name) {
    forget(new Job(namespace, name));
  }

  /** Forgets all of them. */
  void close() {
    Set.copyOf(series.keySet()).forEach(this::forget);
  }

  private void forget(Job gone) {
    series.computeIfPresent(
        gone,
        (job, shown) -> {
          shown.meters.values().forEach(registry::remove);
          return null;
        });
  }

  private @Nullable Series shown(Job job, @Nullable Series before, RunSight sight) {
    Series shown = before == null ? new Series(sight) : before;
    Set<Key> known = known(sight);
    // Whoever scrapes meanwhile must not find a value that is not known any more.
    Map.copyOf(shown.meters)
        .forEach(
            (key, meter) -> {
              if (!known.contains(key)) {
                shown.meters.remove(key);
                registry.remove(meter);
              }
            });
    if (known.isEmpty()) {
      return null;
    }
    shown.newest = sight;
    Tags tags = Tags.of(NAMESPACE, job.namespace(), NAME, job.name());
    known.forEach(
        key ->
            shown.meters.computeIfAbsent(
                key, absent -> gauge(key.sample(), shown, tags.and(key.more()))));
    return shown;
  }

  /** What a run under way is known to be; nothing for every other. */
  private static Set<Key> known(RunSight sight) {
    @Nullable Run run = sight.status().run();
    if (run == null || run.outcome() != null) {
      return Set.of();
    }
    return RunSample.ALL.stream()
        .filter(sample -> sample.of(sight).isPresent())
        .map(sample -> new Key(sample, sample.labels().apply(sight)))
        .collect(Collectors.toUnmodifiableSet());
  }

  private Meter gauge(RunSample sample, Series shown, Tags tags) {
    return Gauge.builder(sample.metric(), shown, of -> sample.of(of.newest).orElse(Double.NaN))
        .tags(tags)
        .baseUnit(sample.unit())
        .description(sample.description())
        .strongReference(true)
        .register(registry);
  }

  private record Job(String namespace, String name) {}

  private record Key(RunSample sample, Tags more) {}

  private static final class Series {
    private final Map<Key, Meter> meters = new HashMap<>();
    private volatile RunSight newest;

    Series(RunSight newest) {
      this.newest = requireNonNull(newest, "newest");
    }
  }
}
