package io.llmforge.operator;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfigurationBuilder;
import io.javaoperatorsdk.operator.api.monitoring.AggregatedMetrics;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.monitoring.micrometer.MicrometerMetricsV2;
import io.llmforge.operator.decide.AcceleratorMap;
import io.llmforge.operator.desired.PodDefaults;
import io.llmforge.operator.desired.StatusReaders;
import io.llmforge.operator.identity.StatusTokens;
import io.llmforge.operator.observe.StatusClient;
import io.llmforge.operator.report.JobMetrics;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.config.MeterFilter;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.jspecify.annotations.Nullable;

/** Wires the operator: the one place that knows clock, network and settings. */
public final class OperatorBeans {

  /** Trainers that do not answer hold a question for seconds; others are asked meanwhile. */
  private static final int POLLS_AT_A_TIME = 32;

  private static final String EVENTS = "events.received";
  private static final String ACTION = "action";

  /**
   * The framework counts changes of objects with a label that its other events lack, and Prometheus
   * refuses one name with two sets of labels: that broke event handlers.
   */
  @Produces
  @Singleton
  MeterFilter sameLabels() {
    return new MeterFilter() {
      @Override
      public Meter.Id map(Meter.Id id) {
        return id.getName().equals(EVENTS) && id.getTag(ACTION) == null
            ? id.withTag(Tag.of(ACTION, "NONE"))
            : id;
      }
    };
  }

  @Produces
  @Singleton
  Metrics frameworkMetrics(MeterRegistry registry, JobMetrics jobs) {
    return new AggregatedMetrics(
        List.of(MicrometerMetricsV2.newBuilder(registry).build(), new GoneJobs(jobs)));
  }

  @Produces
  @Singleton
  JobMetrics jobMetrics(MeterRegistry registry) {
    return new JobMetrics(registry);
  }

  void close(@Disposes JobMetrics metrics) {
    metrics.close();
  }

  /** How several operators elect the one that works; absent when there is only one. */
  @Produces
  @Dependent
  @Nullable LeaderElectionConfiguration leaderElection(OperatorSettings settings) {
    return settings
        .leaseNamespace()
        .filter(namespace -> !namespace.isBlank())
        .map(
            namespace ->
                LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration(
                        settings.leaseName())
                    .withLeaseNamespace(namespace)
                    .build())
        .orElse(null);
  }

  @Produces
  @Singleton
  StatusClient statusClient() {
    return StatusClient.ofContract();
  }

  void close(@Disposes StatusClient client) {
    client.close();
  }

  @Produces
  @Singleton
  Parts parts(
      KubernetesClient client,
      OperatorSettings settings,
      StatusClient statusClient,
      JobMetrics metrics) {
    ScheduledExecutorService polls =
        new ScheduledThreadPoolExecutor(
            POLLS_AT_A_TIME, Thread.ofVirtual().name("progress").factory());
    StatusTokens tokens = settings.statusKey().map(StatusTokens::of).orElseGet(StatusTokens::none);
    var polling =
        new ProgressPolling(statusClient, tokens, settings.pollInterval(), polls, metrics);
    return Parts.of(
        client,
        new PodDefaults(
            settings.trainerImage(),
            settings.acceleratorResource(),
            new StatusReaders(settings.statusReaders().orElse(List.of())),
            settings.acceleratorProfiles().map(AcceleratorFile::read).orElse(AcceleratorMap.NONE)),
        polling,
        Clock.systemUTC());
  }
}
