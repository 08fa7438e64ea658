package io.llmforge.operator.report;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.JobCondition;
import io.llmforge.operator.decide.Decision;
import io.llmforge.operator.identity.Owner;
import io.llmforge.operator.observe.Observation;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Publishes a status: one write, and only after it the events and metrics of what turned. */
public final class Reporter {

  private static final Logger LOG = LoggerFactory.getLogger(Reporter.class);

  private final KubernetesClient client;
  private final JobMetrics metrics;
  private final Clock clock;

  public Reporter(KubernetesClient client, JobMetrics metrics, Clock clock) {
    this.client = client;
    this.metrics = metrics;
    this.clock = clock;
  }

  /**
   * Publishes a status unless it is the recorded one.
   *
   * @param decision what the status tells of
   * @param write stores a status; whatever it throws ends the pass before anything else is said
   */
  public void publish(
      Observation observation,
      Decision decision,
      FineTuneJobStatus status,
      Consumer<FineTuneJob> write) {
    FineTuneJobStatus recorded = observation.recorded();
    Owner owner = observation.request().owner();
    metrics.show(owner, RunSight.of(observation, status));
    if (status.equals(recorded)) {
      return;
    }
    write.accept(fresh(owner, status));
    for (JobCondition turn : ConditionTurns.between(recorded, status)) {
      LOG.info(
          "{}/{} {}={} {}",
          owner.namespace(),
          owner.name(),
          turn.type(),
          turn.status(),
          turn.reason());
      record(EventDesign.of(owner, status.run(), turn, clock.instant()));
    }
    metrics.turned(new RunTotals.Turn(owner, recorded, status), decision, clock.instant());
  }

  // Only what is ours: a patch of a cached object would claim everything in it.
  private static FineTuneJob fresh(Owner owner, FineTuneJobStatus status) {
    FineTuneJob job = new FineTuneJob();
    job.setMetadata(
        new ObjectMetaBuilder().withName(owner.name()).withNamespace(owner.namespace()).build());
    job.setStatus(status);
    return job;
  }

  // An event is a courtesy: a status that was stored does not fail for the lack of one.
  private void record(Event event) {
    try {
      client.v1().events().inNamespace(event.getMetadata().getNamespace()).resource(event).create();
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        LOG.warn("event {} was not recorded: {}", event.getMetadata().getName(), e.getMessage());
      }
    }
  }
}
