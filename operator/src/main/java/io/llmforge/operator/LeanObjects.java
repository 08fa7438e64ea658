package io.llmforge.operator;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpec;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.quarkus.kubernetes.client.KubernetesClientObjectMapperCustomizer;
import jakarta.inject.Singleton;

/**
 * Leaves out, when objects are read, what the operator never looks at: in its caches that took four
 * times as much memory as the rest. Such objects must not be written back; the operator creates and
 * patches, and never replaces.
 */
@Singleton
public final class LeanObjects implements KubernetesClientObjectMapperCustomizer {

  @Override
  public void customize(ObjectMapper mapper) {
    mapper.addMixIn(ObjectMeta.class, WithoutManagedFields.class);
    mapper.addMixIn(PodSpec.class, WithoutContainers.class);
    mapper.addMixIn(JobSpec.class, WithoutPolicies.class);
    mapper.addMixIn(ConfigMap.class, WithoutData.class);
    mapper.addMixIn(Service.class, WithoutSpec.class);
    mapper.addMixIn(PersistentVolumeClaim.class, WithoutSpec.class);
    mapper.addMixIn(NetworkPolicy.class, WithoutSpec.class);
  }

  @JsonIgnoreProperties(value = "managedFields", allowGetters = true)
  private interface WithoutManagedFields {}

  @JsonIgnoreProperties(
      value = {
        "containers",
        "initContainers",
        "volumes",
        "affinity",
        "tolerations",
        "nodeSelector",
        "securityContext"
      },
      allowGetters = true)
  private interface WithoutContainers {}

  @JsonIgnoreProperties(
      value = {"podFailurePolicy", "selector"},
      allowGetters = true)
  private interface WithoutPolicies {}

  /** That they are there is all that matters. */
  @JsonIgnoreProperties(
      value = {"spec", "status"},
      allowGetters = true)
  private interface WithoutSpec {}

  @JsonIgnoreProperties(
      value = {"data", "binaryData"},
      allowGetters = true)
  private interface WithoutData {}
}
