package io.llmforge.operator;

import io.fabric8.kubernetes.api.model.APIGroup;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.javaoperatorsdk.operator.processing.GroupVersionKind;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.llmforge.operator.identity.RunNames;
import io.llmforge.operator.observe.QueuedJob.WorkloadName;
import java.net.HttpURLConnection;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Kueue's side of our Jobs: one Workload each. A cluster need not have it. */
final class Workloads {

  private static final String GROUP = "kueue.x-k8s.io";
  private static final String KIND = "Workload";
  private static final String DEACTIVATE = "{\"spec\": {\"active\": false}}";

  private Workloads() {}

  /** The kind, in the version the cluster prefers; empty where Kueue is not installed. */
  static Optional<GroupVersionKind> kind(KubernetesClient client) {
    return Optional.ofNullable(client.getApiGroup(GROUP))
        .map(APIGroup::getPreferredVersion)
        .map(version -> new GroupVersionKind(GROUP, version.getVersion(), KIND));
  }

  /**
   * The FineTuneJob whose Job a Workload stands for, by the Job's name alone: at start a Workload
   * may be seen before any Job is.
   */
  static Set<ResourceID> jobOf(GenericKubernetesResource workload) {
    String namespace = workload.getMetadata().getNamespace();
    return workload.getMetadata().getOwnerReferences().stream()
        .filter(owner -> owner.getKind().equals("Job"))
        .flatMap(owner -> RunNames.ownerOf(owner.getName()).stream())
        .map(name -> new ResourceID(name, namespace))
        .collect(Collectors.toSet());
  }

  /** Has Kueue let a Job go for good: an active Workload would start it again. */
  static void deactivate(KubernetesClient client, String namespace, WorkloadName workload) {
    var definition =
        new ResourceDefinitionContext.Builder()
            .withGroup(GROUP)
            .withVersion(workload.version())
            .withKind(KIND)
            .withPlural("workloads")
            .withNamespaced(true)
            .build();
    GenericKubernetesResource named =
        new GenericKubernetesResourceBuilder()
            .withApiVersion(GROUP + "/" + workload.version())
            .withKind(KIND)
            .withNewMetadata()
            .withName(workload.name())
            .endMetadata()
            .build();
    try {
      client
          .genericKubernetesResources(definition)
          .inNamespace(namespace)
          .resource(named)
          .patch(PatchContext.of(PatchType.JSON_MERGE), DEACTIVATE);
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
        throw e;
      }
    }
  }
}
