package io.llmforge.operator;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.llmforge.operator.observe.HeldJob.GatedPod;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.stream.Collectors;

/** Lets held pods go. One that is gone needs no letting go; its Job brings another. */
final class PodReleaser {

  private final KubernetesClient client;

  PodReleaser(KubernetesClient client) {
    this.client = client;
  }

  void release(List<GatedPod> pods, String namespace) {
    pods.forEach(pod -> release(pod, namespace));
  }

  private void release(GatedPod pod, String namespace) {
    try {
      client
          .pods()
          .inNamespace(namespace)
          .resource(named(pod.name()))
          .patch(PatchContext.of(PatchType.JSON_MERGE), patch(pod));
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
        throw e;
      }
    }
  }

  // By its name alone the client would ask for the pod first.
  private static Pod named(String name) {
    return new PodBuilder().withNewMetadata().withName(name).endMetadata().build();
  }

  private static String patch(GatedPod pod) {
    return pod.otherGates().stream()
        .map("{\"name\": \"%s\"}"::formatted)
        .collect(Collectors.joining(", ", "{\"spec\": {\"schedulingGates\": [", "]}}"));
  }
}
