package io.llmforge.operator;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.ConfigurationServiceOverrider;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.llmforge.operator.decide.QuotaQueue;
import io.llmforge.operator.desired.PodDefaults;
import io.llmforge.operator.desired.StatusReaders;
import io.llmforge.operator.identity.StatusTokens;
import io.llmforge.operator.observe.StatusClient;
import io.llmforge.operator.report.JobMetrics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;

/** The operator without Quarkus, in this process. */
final class OperatorFixture implements AutoCloseable {

  static final PodDefaults DEFAULTS = new PodDefaults("llmforge/trainer:test", "nvidia.com/gpu");

  private static final PodDefaults WITH_POLICY =
      DEFAULTS.withStatusReaders(new StatusReaders(List.of("default", "monitoring")));

  private static final Duration POLL_INTERVAL = Duration.ofMillis(200);
  static final String STATUS_KEY = "0123456789abcdef0123456789abcdef";

  static final StatusTokens TOKENS = StatusTokens.of(STATUS_KEY);

  private final Operator operator;
  private final StatusClient statusClient;
  private final ScheduledExecutorService polls;
  final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  private OperatorFixture(
      KubernetesClient client,
      Set<String> namespaces,
      PodDefaults defaults,
      QuotaQueue queue,
      Consumer<ConfigurationServiceOverrider> more) {
    statusClient = StatusClient.ofContract();
    polls = Executors.newScheduledThreadPool(2);
    var polling =
        new ProgressPolling(statusClient, TOKENS, POLL_INTERVAL, polls, new JobMetrics(registry));
    operator =
        new Operator(
            overrider -> {
              overrider.withKubernetesClient(client).withCloseClientOnStop(false);
              more.accept(overrider);
            });
    operator.register(
        new FineTuneJobReconciler(
            Parts.of(client, defaults, polling, Clock.systemUTC()).with(queue)),
        overrider -> overrider.settingNamespaces(namespaces));
  }

  static OperatorFixture start(KubernetesClient client) {
    return started(
        new OperatorFixture(
            client, Set.of(client.getNamespace()), DEFAULTS, usualQueue(), more -> {}));
  }

  /** An operator that reserves quota as a test says. */
  static OperatorFixture start(KubernetesClient client, QuotaQueue queue) {
    return started(
        new OperatorFixture(client, Set.of(client.getNamespace()), DEFAULTS, queue, more -> {}));
  }

  /** An operator that looks after these namespaces only, and limits who reaches their pods. */
  static OperatorFixture startIn(Set<String> namespaces, KubernetesClient client) {
    return started(new OperatorFixture(client, namespaces, WITH_POLICY, usualQueue(), more -> {}));
  }

  /** One of several operators, which works while it holds the lease. */
  static OperatorFixture elected(KubernetesClient client, LeaderElectionConfiguration election) {
    return started(
        new OperatorFixture(
            client,
            Set.of(client.getNamespace()),
            DEFAULTS,
            usualQueue(),
            more -> more.withLeaderElectionConfiguration(election)));
  }

  private static QuotaQueue usualQueue() {
    return new QuotaQueue(QuotaQueue.PATIENCE, QuotaQueue.SHORTEST_PAUSE);
  }

  private static OperatorFixture started(OperatorFixture fixture) {
    fixture.operator.start();
    return fixture;
  }

  /** How many runs this operator saw to their end. */
  double runsEnded() {
    return registry.find(JobMetrics.RUNS_ENDED).counters().stream()
        .mapToDouble(Counter::count)
        .sum();
  }

  @Override
  public void close() {
    operator.stop();
    polls.shutdownNow();
    statusClient.close();
  }
}
