package io.llmforge.operator;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.llmforge.operator.decide.Decision;
import io.llmforge.operator.decide.Hold;
import io.llmforge.operator.identity.ObjectLabels;
import io.llmforge.operator.identity.StopCause;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.QueuedJob;
import io.llmforge.operator.observe.StageJob;
import java.net.HttpURLConnection;
import java.util.Optional;
import java.util.stream.Stream;

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
    order(decision).stream()
        .flatMap(order -> withOthers(order, observation))
        .filter(order -> order.job().state() == StageJob.State.ACTIVE)
        .forEach(order -> stop(order, observation));
    observation.jobs().stream()
        .filter(job -> job.state() == StageJob.State.REVIVED)
        .map(job -> new Order(job, job.past().stopped().orElse(StopCause.SUSPENDED)))
        .forEach(order -> stop(order, observation));
  }

  /** A Job to stop, and why. */
  private record Order(StageJob job, StopCause cause) {}

  private static Optional<Order> order(Decision decision) {
    if (decision instanceof Decision.Suspending suspending) {
      return Optional.of(new Order(suspending.job(), StopCause.SUSPENDED));
    }
    if (decision instanceof Decision.Stopping stopping) {
      return Optional.of(new Order(stopping.job(), stopping.cause()));
    }
    return decision instanceof Decision.Queue queue ? order(queue.hold()) : Optional.empty();
  }

  // Pods that score and the trainer that they feed end together.
  private static Stream<Order> withOthers(Order order, Observation observation) {
    return switch (order.cause()) {
      case SUSPENDED, REFERENCE_ENDED ->
          observation.jobs().stream()
              .filter(job -> job.mark().run() == order.job().mark().run())
              .map(job -> new Order(job, order.cause()));
      case WITHDRAWN, EVICTED, HANG, DEADLINE, START_DEADLINE, PODS_NOT_READY, UNNEEDED ->
          Stream.of(order);
    };
  }

  private static Optional<Order> order(Hold hold) {
    return switch (hold) {
      case Hold.Withdrawing withdrawing ->
          Optional.of(new Order(withdrawing.work(), StopCause.WITHDRAWN));
      case Hold.Evicting evicting -> Optional.of(new Order(evicting.work(), StopCause.EVICTED));
      case Hold.InLine line -> Optional.empty();
      case Hold.TooLarge large -> Optional.empty();
      case Hold.Collecting collecting -> Optional.empty();
      case Hold.Pausing pausing -> Optional.empty();
      case Hold.InKueue waiting -> Optional.empty();
      case Hold.ByOther other -> Optional.empty();
    };
  }

  // A Job that is gone needs no stopping. Kueue first: while it has a place for the Job, it starts
  // one that was suspended again.
  private void stop(Order order, Observation observation) {
    String namespace = observation.request().owner().namespace();
    observation
        .queue()
        .queuedJob(order.job().name())
        .flatMap(QueuedJob::workload)
        .ifPresent(workload -> Workloads.deactivate(client, namespace, workload));
    try {
      client
          .batch()
          .v1()
          .jobs()
          .inNamespace(namespace)
          .withName(order.job().name())
          .patch(PatchContext.of(PatchType.JSON_MERGE), patch(order));
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
        throw e;
      }
    }
  }

  private static String patch(Order order) {
    return """
        {"metadata": {"annotations": {"%s": "%s"}}, "spec": {"suspend": true}}
        """
        .formatted(ObjectLabels.STOPPED, order.cause().mark());
  }
}
