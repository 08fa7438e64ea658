package io.llmforge.operator;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.llmforge.operator.desired.PodDefaults;
import io.llmforge.operator.identity.StatusTokens;
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

  static final StatusTokens TOKENS = StatusTokens.of("0123456789abcdef0123456789abcdef");

  private final Operator operator;
  private final StatusClient statusClient;
  private final ScheduledExecutorService polls;
  final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  private OperatorFixture(KubernetesClient client, Duration pollInterval) {
    statusClient = StatusClient.ofContract();
    polls = Executors.newScheduledThreadPool(2);
    var polling =
        new ProgressPolling(statusClient, TOKENS, pollInterval, polls, new JobMetrics(registry));
    operator =
        new Operator(
            overrider -> overrider.withKubernetesClient(client).withCloseClientOnStop(false));
    operator.register(
        new FineTuneJobReconciler(Parts.of(client, DEFAULTS, polling, Clock.systemUTC())),
        overrider -> overrider.settingNamespace("default"));
  }

  static OperatorFixture start(KubernetesClient client) {
    OperatorFixture fixture = new OperatorFixture(client, Duration.ofMillis(200));
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
