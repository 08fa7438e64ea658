package io.llmforge.operator;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.llmforge.operator.decide.QuotaQueue;
import io.llmforge.operator.desired.PodDefaults;
import io.llmforge.operator.observe.StatusClient;
import io.llmforge.operator.report.JobMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** The operator without Quarkus, in this process. */
final class OperatorFixture implements AutoCloseable {

  static final PodDefaults DEFAULTS = new PodDefaults("llmforge/trainer:test", "nvidia.com/gpu");

  private final Operator operator;
  private final StatusClient statusClient;
  private final ScheduledExecutorService polls;
  final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  private OperatorFixture(KubernetesClient client, Duration pollInterval, QuotaQueue queue) {
    statusClient = StatusClient.ofContract();
    polls = Executors.newScheduledThreadPool(2);
    var polling = new ProgressPolling(statusClient, pollInterval, polls, new JobMetrics(registry));
    operator =
        new Operator(
            overrider -> overrider.withKubernetesClient(client).withCloseClientOnStop(false));
    operator.register(
        new FineTuneJobReconciler(
            Parts.of(client, DEFAULTS, polling, Clock.systemUTC()).with(queue)),
        overrider -> overrider.settingNamespace("default"));
  }

  static OperatorFixture start(KubernetesClient client) {
    return start(client, new QuotaQueue(QuotaQueue.PATIENCE, QuotaQueue.SHORTEST_PAUSE));
  }

  /** An operator that reserves quota as a test says. */
  static OperatorFixture start(KubernetesClient client, QuotaQueue queue) {
    OperatorFixture fixture = new OperatorFixture(client, Duration.ofMillis(200), queue);
    fixture.operator.start();
    return fixture;
  }

  @Override
  public void close() {
    operator.stop();
    polls.shutdownNow();
    statusClient.close();
  }
}
