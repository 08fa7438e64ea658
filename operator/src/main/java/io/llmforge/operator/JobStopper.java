package io.llmforge.operator;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.llmforge.operator.decide.Decision;
import io.llmforge.operator.decide.Hold;
import io.llmforge.operator.identity.ObjectLabels;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.StageJob;
import java.net.HttpURLConnection;

/**
 * Stops the Job of an attempt for good. A suspended Job's pods are told to end and do not count as
 * failed. The mark beside it tells our suspension from that of a queue, which lifts its own.
 */
final class JobStopper {

  private static final String STOP =
      """
      {"metadata": {"annotations": {"%s": "true"}}, "spec": {"suspend": true}}
      """
          .formatted(ObjectLabels.STOPPED);

  private static final String WITHDRAW =
      """
      {"metadata": {"annotations": {"%s": "%s"}}, "spec": {"suspend": true}}
      """
          .formatted(ObjectLabels.STOPPED, ObjectLabels.WITHDRAWN);

  private final KubernetesClient client;

  JobStopper(KubernetesClient client) {
    this.client = client;
  }

  /** Stops what a decision says; a Job that is gone needs no stopping. */
  void stop(Decision decision, Observation observation) {
    switch (decision) {
      case Decision.Suspending suspending -> stop(suspending.job(), STOP, observation);
      case Decision.Queue(var planning, var run, Hold.Withdrawing withdrawing) ->
          stop(withdrawing.work(), WITHDRAW, observation);
      default -> {}
    }
  }

  private void stop(StageJob job, String patch, Observation observation) {
    if (job.state() != StageJob.State.ACTIVE) {
      return;
    }
    try {
      client
          .batch()
          .v1()
          .jobs()
          .inNamespace(observation.request().owner().namespace())
          .withName(job.name())
          .patch(PatchContext.of(PatchType.JSON_MERGE), patch);
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
        throw e;
      }
    }
  }
}
