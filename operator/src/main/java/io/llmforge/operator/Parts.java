package io.llmforge.operator;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.llmforge.crds.config.LlmForgeConfigReader;
import io.llmforge.operator.decide.Decider;
import io.llmforge.operator.decide.QuotaQueue;
import io.llmforge.operator.decide.TrainingPlanner;
import io.llmforge.operator.desired.DesiredObjects;
import io.llmforge.operator.desired.PodDefaults;
import io.llmforge.operator.observe.LiveObjects;
import io.llmforge.operator.observe.Observer;
import io.llmforge.operator.report.JobMetrics;
import io.llmforge.operator.report.Reporter;
import io.llmforge.operator.report.StatusComposer;
import java.time.Clock;

/** The parts of a pass, in the order of their work. */
record Parts(
    Observer observer,
    ProgressPolling polling,
    Decider decider,
    QuotaQueue queue,
    NamespaceTurns turns,
    DesiredObjects desired,
    ObjectCreator creator,
    JobStopper stopper,
    PodReleaser releaser,
    StatusComposer composer,
    Reporter reporter,
    JobMetrics metrics,
    Clock clock) {

  static Parts of(
      KubernetesClient client, PodDefaults defaults, ProgressPolling polling, Clock clock) {
    JobMetrics metrics = polling.metrics();
    return new Parts(
        new Observer(new LiveObjects(client)),
        polling,
        new Decider(new TrainingPlanner(new LlmForgeConfigReader(), defaults.accelerators())),
        new QuotaQueue(QuotaQueue.PATIENCE, QuotaQueue.SHORTEST_PAUSE),
        new NamespaceTurns(),
        new DesiredObjects(defaults, polling.tokens()),
        new ObjectCreator(client),
        new JobStopper(client),
        new PodReleaser(client),
        new StatusComposer(),
        new Reporter(client, metrics, clock),
        metrics,
        clock);
  }

  /** The same with another line for quota. */
  Parts with(QuotaQueue other) {
    return new Parts(
        observer, polling, decider, other, turns, desired, creator, stopper, releaser, composer,
        reporter, metrics, clock);
  }
}
