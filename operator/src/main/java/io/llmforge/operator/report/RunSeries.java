package io.llmforge.operator.report;

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
  private final Map<Job, Map<Key, Shown>> series = new ConcurrentHashMap<>();
  private volatile boolean isClosed;

  RunSeries(MeterRegistry registry) {
    this.registry = registry;
  }

  /** Shows a run under way, and no other. */
  void show(Owner owner, RunSight sight) {
    Job job = new Job(owner.namespace(), owner.name());
    series.compute(job, (key, shown) -> shown(key, shown, sight));
    if (isClosed) {
      forget(job);
    }
  }

  /** Forgets a FineTuneJob that is gone. */
  void forget(String namespace, String name) {
    forget(new Job(namespace, name));
  }

  /** Forgets all of them, also what passes still under way show. */
  void close() {
    isClosed = true;
    Set.copyOf(series.keySet()).forEach(this::forget);
  }

  private void forget(Job gone) {
    series.computeIfPresent(
        gone,
        (job, shown) -> {
          shown.values().forEach(one -> registry.remove(one.meter));
          return null;
        });
  }

  private @Nullable Map<Key, Shown> shown(
      Job job, @Nullable Map<Key, Shown> before, RunSight sight) {
    Map<Key, Shown> shown = before == null ? new HashMap<>() : before;
    Map<Key, Double> known = known(sight);
    // Whoever scrapes meanwhile must not find a value that is not known any more.
    shown
        .entrySet()
        .removeIf(
            one -> {
              boolean isGone = !known.containsKey(one.getKey());
              if (isGone) {
                registry.remove(one.getValue().meter);
              }
              return isGone;
            });
    if (known.isEmpty()) {
      return null;
    }
    Tags tags = Tags.of(NAMESPACE, job.namespace(), NAME, job.name());
    known.forEach(
        (key, value) ->
            shown.computeIfAbsent(key, absent -> new Shown(key, tags, registry, value)).value =
                value);
    return shown;
  }

  /** What a run under way is known to be; nothing for every other. */
  private static Map<Key, Double> known(RunSight sight) {
    @Nullable Run run = sight.status().run();
    if (run == null || run.outcome() != null) {
      return Map.of();
    }
    Map<Key, Double> known = new HashMap<>();
    for (RunSample sample : RunSample.ALL) {
      sample
          .of(sight)
          .ifPresent(value -> known.put(new Key(sample, sample.labels().apply(sight)), value));
    }
    return known;
  }

  private record Job(String namespace, String name) {}

  private record Key(RunSample sample, Tags more) {}

  /** A number and no more: what it was read from would be kept with it. */
  private static final class Shown {
    private final Meter meter;
    private volatile double value;

    Shown(Key key, Tags tags, MeterRegistry registry, double value) {
      this.value = value;
      this.meter =
          Gauge.builder(key.sample().metric(), this, shown -> shown.value)
              .tags(tags.and(key.more()))
              .baseUnit(key.sample().unit())
              .description(key.sample().description())
              .strongReference(true)
              .register(registry);
    }
  }
}
