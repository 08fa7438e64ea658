package io.llmforge.operator;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.llmforge.operator.decide.Decision;
import io.llmforge.operator.identity.ObjectLabels;
import io.llmforge.operator.identity.StopCause;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.StageJob;
import java.net.HttpURLConnection;

/**
 * Stops the Job of an attempt for good. A suspended Job's pods are told to end and do not count as
 * failed. The mark beside it tells our suspension from that of a queue, which lifts its own.
 */
final class JobStopper {

  private final KubernetesClient client;

  JobStopper(KubernetesClient client) {
    this.client = client;
  }

  /** Stops what a decision says, and what was stopped before and runs again. */
  void stop(Decision decision, Observation observation) {
    if (decision instanceof Decision.Suspending suspending) {
      stop(suspending.job(), StopCause.SUSPENDED, observation);
    }
    if (decision instanceof Decision.Stopping stopping) {
      stop(stopping.job(), stopping.cause(), observation);
    }
    observation.jobs().stream()
        .filter(job -> job.state() == StageJob.State.REVIVED)
        .forEach(job -> patch(job, job.past().stopped().orElse(StopCause.SUSPENDED), observation));
  }

  private void stop(StageJob job, StopCause cause, Observation observation) {
    if (job.state() == StageJob.State.ACTIVE) {
      patch(job, cause, observation);
    }
  }

  // A Job that is gone needs no stopping.
  private void patch(StageJob job, StopCause cause, Observation observation) {
    String stop =
        """
        {"metadata": {"annotations": {"%s": "%s"}}, "spec": {"suspend": true}}
        """
            .formatted(ObjectLabels.STOPPED, cause.mark());
    try {
      client
          .batch()
          .v1()
          .jobs()
          .inNamespace(observation.request().owner().namespace())
          .withName(job.name())
          .patch(PatchContext.of(PatchType.JSON_MERGE), stop);
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
        throw e;
      }
    }
  }
}
