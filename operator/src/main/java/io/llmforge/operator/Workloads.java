package io.llmforge.operator;

import io.fabric8.kubernetes.api.model.APIGroup;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.javaoperatorsdk.operator.processing.GroupVersionKind;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.operator.identity.ObjectLabels;
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

  /** The FineTuneJob whose Job a Workload stands for. */
  static Set<ResourceID> jobOf(
      GenericKubernetesResource workload, InformerEventSource<Job, FineTuneJob> jobs) {
    String namespace = workload.getMetadata().getNamespace();
    return workload.getMetadata().getOwnerReferences().stream()
        .map(OwnerReference::getName)
        .flatMap(name -> jobs.get(new ResourceID(name, namespace)).stream())
        .map(job -> job.getMetadata().getLabels().get(ObjectLabels.JOB))
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
