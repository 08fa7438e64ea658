package io.llmforge.localcluster.api;

import static io.llmforge.localcluster.api.ContractCluster.at;
import static io.llmforge.localcluster.api.ContractCluster.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the server knows about single built-in kinds. */
@Tag("cluster")
class BuiltinRulesContractTest {
  @RegisterExtension static final ContractCluster CLUSTER = new ContractCluster();

  private static GenericKubernetesResource manifest(String yaml) {
    GenericKubernetesResource object =
        Serialization.unmarshal("---\n" + yaml, GenericKubernetesResource.class);
    if (object.getMetadata().getNamespace() == null && !object.getKind().equals("Namespace")) {
      object.getMetadata().setNamespace(CLUSTER.namespace());
    }
    return object;
  }

  private static GenericKubernetesResource created(String yaml) {
    return CLUSTER.client().resource(manifest(yaml)).create();
  }

  private static HasMetadata patched(GenericKubernetesResource object, String patch) {
    return CLUSTER.client().resource(object).patch(PatchContext.of(PatchType.JSON_MERGE), patch);
  }

  private static final String JOB =
      """
      apiVersion: batch/v1
      kind: Job
      metadata: {name: %s}
      spec:
        suspend: true
        template:
          spec:
            restartPolicy: Never
            containers: [{name: main, image: example.invalid/none:1}]
      """;

  private static final String GATED_POD =
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: %s}
      spec:
        schedulingGates: [{name: llmforge.io/test}]
        containers: [{name: main, image: example.invalid/none:1}]
      """;

  @Test
  void jobGetsItsDefaultsAndItsSelector() {
    GenericKubernetesResource job = created(JOB.formatted("defaults"));

    String uid = job.getMetadata().getUid();
    assertThat(at(job, "spec", "backoffLimit")).isEqualTo(6);
    assertThat(at(job, "spec", "completions")).isEqualTo(1);
    assertThat(at(job, "spec", "completionMode")).isEqualTo("NonIndexed");
    assertThat(at(job, "spec", "podReplacementPolicy")).isEqualTo("TerminatingOrFailed");
    assertThat(at(job, "spec", "selector", "matchLabels"))
        .isEqualTo(Map.of("batch.kubernetes.io/controller-uid", uid));
  }

  @Test
  void templateOfAJobIsImmutable() {
    GenericKubernetesResource job = created(JOB.formatted("template"));

    var refusal =
        refusal(
            () ->
                patched(
                    job, "{\"spec\":{\"template\":{\"spec\":{\"restartPolicy\":\"OnFailure\"}}}}"));

    assertThat(refusal.getCode()).isEqualTo(422);
    assertThat(refusal.getStatus().getMessage()).contains("spec.template").contains("immutable");
  }

  @Test
  void suspensionOfAJobCanBeLifted() {
    GenericKubernetesResource job = created(JOB.formatted("resumed"));

    HasMetadata resumed = patched(job, "{\"spec\":{\"suspend\":false}}");

    assertThat(resumed.getMetadata().getGeneration()).isEqualTo(2);
  }

  @Test
  void immutableDataDoesNotChange() {
    GenericKubernetesResource map =
        created(
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: fixed}, immutable: true, data: {a:"
                + " '1'}}");

    var refusal = refusal(() -> patched(map, "{\"data\":{\"a\":\"2\"}}"));

    assertThat(refusal.getCode()).isEqualTo(422);
    assertThat(refusal.getStatus().getMessage())
        .contains("field is immutable when `immutable` is set");
  }

  @Test
  void specOfAPodIsImmutableBesidesItsImages() {
    GenericKubernetesResource pod = created(GATED_POD.formatted("pod"));

    var refusal = refusal(() -> patched(pod, "{\"spec\":{\"restartPolicy\":\"Never\"}}"));

    assertThat(refusal.getCode()).isEqualTo(422);
    assertThat(refusal.getStatus().getMessage()).contains("pod updates may not change fields");
  }

  @Test
  void schedulingGatesCanOnlyBeRemoved() {
    GenericKubernetesResource pod = created(GATED_POD.formatted("gated"));

    var refusal =
        refusal(
            () ->
                patched(
                    pod, "{\"spec\":{\"schedulingGates\":[{\"name\":\"llmforge.io/other\"}]}}"));

    assertThat(refusal.getStatus().getMessage()).contains("only deletion is allowed");
    assertThat(patched(pod, "{\"spec\":{\"schedulingGates\":null}}")).isNotNull();
  }

  @Test
  void quotaRefusesWhatIsTooMuchAndSaysSo() {
    created("{apiVersion: v1, kind: Namespace, metadata: {name: contract-quota}}");
    String inQuota = "metadata: {namespace: contract-quota, ";
    created(
        "{apiVersion: v1, kind: ResourceQuota, %s name: small}, spec: {hard: {count/leases.coordination.k8s.io: 1}}}"
            .formatted(inQuota));
    Awaitility.await("the quota is measured")
        .ignoreExceptions()
        .untilAsserted(
            () ->
                assertThat(
                        CLUSTER
                            .client()
                            .resourceQuotas()
                            .inNamespace("contract-quota")
                            .withName("small")
                            .get()
                            .getStatus()
                            .getUsed())
                    .isNotEmpty());
    String lease = "{apiVersion: coordination.k8s.io/v1, kind: Lease, %s name: %s}}";
    created(lease.formatted(inQuota, "first"));

    var refusal = refusal(() -> created(lease.formatted(inQuota, "second")));

    CLUSTER.client().namespaces().withName("contract-quota").delete();
    assertThat(refusal.getCode()).isEqualTo(403);
    assertThat(refusal.getStatus().getMessage())
        .contains(
            "exceeded quota: small, requested: count/leases.coordination.k8s.io=1, used:"
                + " count/leases.coordination.k8s.io=1, limited:"
                + " count/leases.coordination.k8s.io=1");
  }

  @Test
  void quotaWithScopesCountsThePodsThatTheyAccept() {
    created("{apiVersion: v1, kind: Namespace, metadata: {name: contract-scopes}}");
    String inScopes = "metadata: {namespace: contract-scopes, name: %s}";
    String quota =
        "{apiVersion: v1, kind: ResourceQuota, " + inScopes + ", spec: {hard: {pods: 0}, %s}}";
    created(quota.formatted("deadlines", "scopes: [Terminating]"));
    created(
        quota.formatted(
            "urgent",
            "scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: In, values:"
                + " [contract-high]}]}"));
    String pod =
        "{apiVersion: v1, kind: Pod, "
            + inScopes
            + ", spec: {%s containers: [{name: one, image: one}]}}";

    created(pod.formatted("plain", ""));
    var deadline = refusal(() -> created(pod.formatted("short", "activeDeadlineSeconds: 5,")));
    var unknown = refusal(() -> created(pod.formatted("high", "priorityClassName: high,")));
    created(
        "{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, value: 5, metadata: {name:"
            + " contract-high}}");
    // Admission learns of a class some time after it was stored.
    Awaitility.await("the quota counts pods of the class")
        .untilAsserted(
            () ->
                assertThat(
                        refusal(
                                () ->
                                    created(
                                        pod.formatted("high", "priorityClassName: contract-high,")))
                            .getStatus()
                            .getMessage())
                    .contains("exceeded quota: urgent"));

    CLUSTER.client().namespaces().withName("contract-scopes").delete();
    CLUSTER.client().scheduling().v1().priorityClasses().withName("contract-high").delete();
    assertThat(unknown.getCode()).isEqualTo(403);
    assertThat(unknown.getStatus().getMessage())
        .isEqualTo("pods \"high\" is forbidden: no PriorityClass with name high was found");
    assertThat(deadline.getStatus().getMessage()).contains("exceeded quota: deadlines");
  }

  @Test
  void deletedNamespaceTakesItsContentWithIt() {
    created("{apiVersion: v1, kind: Namespace, metadata: {name: contract-doomed}}");
    created(
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: inside, namespace: contract-doomed}}");

    CLUSTER.client().namespaces().withName("contract-doomed").delete();

    Awaitility.await("the namespace is gone")
        .untilAsserted(
            () ->
                assertThat(CLUSTER.client().namespaces().withName("contract-doomed").get())
                    .isNull());
    assertThat(CLUSTER.client().configMaps().inNamespace("contract-doomed").list().getItems())
        .isEmpty();
  }
}
