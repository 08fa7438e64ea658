package io.llmforge.operator;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Queue;
import java.util.List;
import java.util.Map;

/**
 * Quotas of the default namespace, and pods of others that use them up.
 *
 * @param client client of the cluster
 */
record QuotaFixture(KubernetesClient client) {

  static final String GPUS = "requests.nvidia.com/gpu";
  private static final String QUOTA = "team-gpu";

  /** Limits the devices of the namespace. */
  void limit(int devices) {
    client.resource(quota(devices)).inNamespace(client.getNamespace()).serverSideApply();
    await("the quota is measured")
        .atMost(FineTuneJobs.PATIENCE)
        .until(
            () -> client.resourceQuotas().inNamespace(client.getNamespace()).withName(QUOTA).get(),
            quota -> quota.getStatus() != null && quota.getStatus().getUsed() != null);
  }

  private static ResourceQuota quota(int devices) {
    return new ResourceQuotaBuilder()
        .withNewMetadata()
        .withName(QUOTA)
        .endMetadata()
        .withNewSpec()
        .withHard(Map.of(GPUS, new Quantity(Integer.toString(devices))))
        .endSpec()
        .build();
  }

  /** A pod of somebody else that takes devices and never runs. */
  void occupy(String name, int devices) {
    client.resource(foreign(name, devices)).inNamespace(client.getNamespace()).create();
  }

  void free(String name) {
    client.pods().inNamespace(client.getNamespace()).withName(name).delete();
  }

  private static Pod foreign(String name, int devices) {
    Map<String, Quantity> amounts =
        Map.of("nvidia.com/gpu", new Quantity(Integer.toString(devices)));
    return new PodBuilder()
        .withNewMetadata()
        .withName(name)
        .endMetadata()
        .withNewSpec()
        .addNewSchedulingGate("example.com/never")
        .addNewContainer()
        .withName("busy")
        .withImage("busy:1")
        .withNewResources()
        .withRequests(amounts)
        .withLimits(amounts)
        .endResources()
        .endContainer()
        .endSpec()
        .build();
  }

  /** Applies a FineTuneJob with a place of its own in the line. */
  void apply(String name, ObjectNode config, int priority) {
    FineTuneJob job = JobFixture.manifest(name, config);
    job.setSpec(SpecDraft.of(config).queue(new Queue(null, null, priority, null)).build());
    client.resource(job).inNamespace(client.getNamespace()).create();
  }

  /** Pods of a FineTuneJob that have not ended. */
  List<Pod> pods(String job) {
    return client
        .pods()
        .inNamespace(client.getNamespace())
        .withLabel("llmforge.io/job", job)
        .list()
        .getItems()
        .stream()
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
        .filter(pod -> !List.of("Succeeded", "Failed").contains(pod.getStatus().getPhase()))
        .toList();
  }

  /** Leaves the namespace without quotas, foreign pods and FineTuneJobs. */
  void clear() {
    client.resources(FineTuneJob.class).inNamespace(client.getNamespace()).delete();
    client.resourceQuotas().inNamespace(client.getNamespace()).delete();
    client.pods().inNamespace(client.getNamespace()).withoutLabel("llmforge.io/job").delete();
    await("the namespace is empty")
        .atMost(FineTuneJobs.PATIENCE)
        .until(() -> client.pods().inNamespace(client.getNamespace()).list().getItems().isEmpty());
  }
}
