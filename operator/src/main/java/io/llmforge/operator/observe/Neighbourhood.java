package io.llmforge.operator.observe;

import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import java.util.List;

/**
 * What a FineTuneJob shares its namespace with, as the caches have it.
 *
 * @param quotas ResourceQuotas
 * @param jobs FineTuneJobs; it may be among them
 */
public record Neighbourhood(List<ResourceQuota> quotas, List<FineTuneJob> jobs) {

  /** A namespace that is not looked at. */
  public static final Neighbourhood NONE = new Neighbourhood(List.of(), List.of());

  public Neighbourhood {
    quotas = List.copyOf(quotas);
    jobs = List.copyOf(jobs);
  }
}
