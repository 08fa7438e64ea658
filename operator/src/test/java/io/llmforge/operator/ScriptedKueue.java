package io.llmforge.operator;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Behaves to Jobs with a queue name as Kueue does: a Workload for each; what is admitted is
 * started, also when somebody suspends it; what is evicted or deactivated is suspended. A test says
 * when.
 */
final class ScriptedKueue implements AutoCloseable {

  private static final String QUEUE = "kueue.x-k8s.io/queue-name";
  private static final String VERSION = "kueue.x-k8s.io/v1beta2";
  private static final String DEFINITION =
      """
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata: {name: workloads.kueue.x-k8s.io}
      spec:
        group: kueue.x-k8s.io
        names: {kind: Workload, plural: workloads, singular: workload}
        scope: Namespaced
        versions:
        - name: v1beta2
          served: true
          storage: true
          subresources: {status: {}}
          schema:
            openAPIV3Schema:
              type: object
              properties:
                spec: {type: object, x-kubernetes-preserve-unknown-fields: true}
                status: {type: object, x-kubernetes-preserve-unknown-fields: true}
      """;

  private final KubernetesClient client;
  private final Set<String> admitted = ConcurrentHashMap.newKeySet();
  private final SharedIndexInformer<Job> jobs;
  private final SharedIndexInformer<GenericKubernetesResource> informer;

  private ScriptedKueue(KubernetesClient client) {
    this.client = client;
    this.jobs = client.batch().v1().jobs().inNamespace(client.getNamespace()).runnableInformer(0);
    this.informer = workloads().inNamespace(client.getNamespace()).runnableInformer(0);
  }

  /** Makes Workloads known; before the operator starts, which looks for them then. */
  static void install(KubernetesClient client) {
    client.resource(Serialization.unmarshal(DEFINITION, CustomResourceDefinition.class)).create();
  }

  static ScriptedKueue start(KubernetesClient client) {
    ScriptedKueue kueue = new ScriptedKueue(client);
    kueue.jobs.addEventHandler(new EachChange<>(kueue::follow));
    kueue.informer.addEventHandler(new EachChange<>(kueue::followDeactivation));
    kueue.jobs.run();
    kueue.informer.run();
    return kueue;
  }

  void admit(String job) {
    admitted.add(job);
    report(job, "QuotaReserved", "True", "QuotaReserved", "Quota reserved in ClusterQueue team-a");
    suspend(job, false);
  }

  /** Takes the place of a Job away, as a preemption does. */
  void evict(String job) {
    admitted.remove(job);
    report(job, "Evicted", "True", "Preempted", "Preempted to accommodate a workload");
    suspend(job, true);
  }

  /** Whether a Job's Workload may be admitted. */
  boolean isActive(String job) {
    Map<String, Object> spec = workload(job).get("spec");
    return Boolean.TRUE.equals(spec.get("active"));
  }

  private void follow(Job job) {
    String name = job.getMetadata().getName();
    if (job.getMetadata().getLabels() == null
        || !job.getMetadata().getLabels().containsKey(QUEUE)) {
      return;
    }
    if (workloads().inNamespace(client.getNamespace()).withName("job-" + name).get() == null) {
      workloads().inNamespace(client.getNamespace()).resource(workload(job)).create();
      if ("preflight".equals(job.getMetadata().getLabels().get("llmforge.io/stage"))) {
        admit(name); // It asks for nothing that is short.
        return;
      }
      report(
          name,
          "QuotaReserved",
          "False",
          "Pending",
          "couldn't assign flavors: insufficient unused quota for nvidia.com/gpu, 1 more needed");
    }
    if (admitted.contains(name) && Boolean.TRUE.equals(job.getSpec().getSuspend())) {
      suspend(name, false);
    }
  }

  private void followDeactivation(GenericKubernetesResource workload) {
    String job = workload.getMetadata().getName().substring("job-".length());
    Map<String, Object> spec = workload.get("spec");
    if (Boolean.FALSE.equals(spec.get("active")) && admitted.remove(job)) {
      suspend(job, true);
    }
  }

  private GenericKubernetesResource workload(String job) {
    return workloads().inNamespace(client.getNamespace()).withName("job-" + job).get();
  }

  private static GenericKubernetesResource workload(Job job) {
    return new GenericKubernetesResourceBuilder()
        .withApiVersion(VERSION)
        .withKind("Workload")
        .withNewMetadata()
        .withName("job-" + job.getMetadata().getName())
        .withOwnerReferences(
            new OwnerReferenceBuilder()
                .withApiVersion("batch/v1")
                .withKind("Job")
                .withName(job.getMetadata().getName())
                .withUid(job.getMetadata().getUid())
                .withController(true)
                .build())
        .endMetadata()
        .addToAdditionalProperties(
            "spec", Map.of("active", true, "queueName", job.getMetadata().getLabels().get(QUEUE)))
        .build();
  }

  private void report(String job, String type, String status, String reason, String message) {
    workloads()
        .inNamespace(client.getNamespace())
        .withName("job-" + job)
        .editStatus(
            live -> {
              live.setAdditionalProperty(
                  "status",
                  Map.of(
                      "conditions",
                      List.of(
                          Map.of(
                              "type", type, "status", status, "reason", reason, "message",
                              message))));
              return live;
            });
  }

  private void suspend(String job, boolean suspended) {
    client
        .batch()
        .v1()
        .jobs()
        .inNamespace(client.getNamespace())
        .withName(job)
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{\"spec\":{\"suspend\":%s}}".formatted(suspended));
  }

  private MixedOperation<
          GenericKubernetesResource,
          GenericKubernetesResourceList,
          Resource<GenericKubernetesResource>>
      workloads() {
    return client.genericKubernetesResources(
        new ResourceDefinitionContext.Builder()
            .withGroup("kueue.x-k8s.io")
            .withVersion("v1beta2")
            .withKind("Workload")
            .withPlural("workloads")
            .withNamespaced(true)
            .build());
  }

  @Override
  public void close() {
    jobs.close();
    informer.close();
  }

  /** Sees an object whenever it is there or has changed. */
  private record EachChange<T>(Consumer<T> see) implements ResourceEventHandler<T> {

    @Override
    public void onAdd(T object) {
      see.accept(object);
    }

    @Override
    public void onUpdate(T before, T object) {
      see.accept(object);
    }

    @Override
    public void onDelete(T object, boolean unknown) {}
  }
}
