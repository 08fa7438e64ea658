package io.llmforge.localcluster.jobs;

import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.llmforge.localcluster.control.EventRecorder;
import java.net.HttpURLConnection;
import java.time.Clock;

/** The writes of the Job controller. */
final class JobActions {
  private final KubernetesClient client;
  private final EventRecorder events;

  JobActions(KubernetesClient client, Clock clock) {
    this.client = client;
    this.events = new EventRecorder(client, "job-controller", clock);
  }

  /** Answers the uid of the pod. */
  String create(Job job, Pod pod) {
    try {
      var created = client.resource(pod).create();
      var name = created.getMetadata().getName();
      events.record(job, EventRecorder.Type.NORMAL, "SuccessfulCreate", "Created pod: " + name);
      return created.getMetadata().getUid();
    } catch (KubernetesClientException e) {
      events.record(
          job,
          EventRecorder.Type.WARNING,
          "FailedCreate",
          "Error creating: " + e.getStatus().getMessage());
      throw e;
    }
  }

  void carryOut(Job job, JobDecision.Proceed decision) {
    for (var pod : decision.forget()) {
      release(pod);
      delete(job, pod);
    }
    decision.delete().forEach(pod -> delete(job, pod));
    if (!decision.status().equals(job.getStatus())) {
      client.resource(new JobBuilder(job).withStatus(decision.status()).build()).updateStatus();
    }
    decision.release().forEach(this::release);
    for (var event : decision.events()) {
      var type = event.isWarning() ? EventRecorder.Type.WARNING : EventRecorder.Type.NORMAL;
      events.record(job, type, event.reason(), event.message());
    }
  }

  private void delete(Job job, Pod pod) {
    client.resource(pod).delete();
    events.record(
        job,
        EventRecorder.Type.NORMAL,
        "SuccessfulDelete",
        "Deleted pod: " + pod.getMetadata().getName());
  }

  /** Takes the tracking finalizer off, so that the pod may disappear. */
  void release(Pod pod) {
    if (!JobPods.isTracked(pod)) {
      return;
    }
    try {
      client
          .resource(pod)
          .edit(
              live ->
                  new PodBuilder(live)
                      .editMetadata()
                      .removeFromFinalizers(JobPods.TRACKING_FINALIZER)
                      .endMetadata()
                      .build());
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
        throw e;
      }
    }
  }

  void expire(Job job) {
    client.resource(job).withPropagationPolicy(DeletionPropagation.FOREGROUND).delete();
  }
}
