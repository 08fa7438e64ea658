package io.llmforge.operator.observe;

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
 */
public record OwnedObjects(List<Job> jobs, List<Pod> pods, List<HasMetadata> others) {
  public OwnedObjects {
    jobs = List.copyOf(jobs);
    pods = List.copyOf(pods);
    others = List.copyOf(others);
  }
}
