package io.llmforge.operator;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.monitoring.micrometer.MicrometerMetrics;
import io.llmforge.operator.desired.PodDefaults;
import io.llmforge.operator.identity.StatusTokens;
import io.llmforge.operator.observe.StatusClient;
import io.llmforge.operator.report.JobMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/** Wires the operator: the one place that knows clock, network and settings. */
public final class OperatorBeans {

  private static final int POLLS_AT_A_TIME = 4;

  // The framework's own metrics label every series with the name of a job, and its newest kind
  // makes Prometheus throw inside event handlers.
  @Produces
  @Singleton
  @SuppressWarnings("removal") // its successor is the kind that throws
  Metrics frameworkMetrics(MeterRegistry registry) {
    return MicrometerMetrics.withoutPerResourceMetrics(registry);
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
      MeterRegistry registry) {
    ScheduledExecutorService polls =
        new ScheduledThreadPoolExecutor(
            POLLS_AT_A_TIME, task -> Thread.ofPlatform().daemon().name("progress").unstarted(task));
    StatusTokens tokens = settings.statusKey().map(StatusTokens::of).orElseGet(StatusTokens::none);
    var polling =
        new ProgressPolling(
            statusClient, tokens, settings.pollInterval(), polls, new JobMetrics(registry));
    return Parts.of(
        client,
        new PodDefaults(settings.trainerImage(), settings.acceleratorResource()),
        polling,
        Clock.systemUTC());
  }
}
