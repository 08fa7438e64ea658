package io.llmforge.operator.observe;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.List;

/**
 * Objects as the caches have them; they may be behind the API server.
 *
 * @param jobs Jobs
 * @param pods pods of the Jobs
 * @param others everything else that the operator creates
 * @param ended pods that have ended and are gone
 * @param workloads Kueue's Workloads of the Jobs
 */
public record OwnedObjects(
    List<Job> jobs,
    List<Pod> pods,
    List<HasMetadata> others,
    List<EndedPod> ended,
    List<GenericKubernetesResource> workloads) {

  /** Of a cluster without Kueue, in which no pod is gone. */
  public OwnedObjects(List<Job> jobs, List<Pod> pods, List<HasMetadata> others) {
    this(jobs, pods, others, List.of(), List.of());
  }

  public OwnedObjects {
    jobs = List.copyOf(jobs);
    pods = List.copyOf(pods);
    others = List.copyOf(others);
    ended = List.copyOf(ended);
    workloads = List.copyOf(workloads);
  }
}
