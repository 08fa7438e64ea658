package io.llmforge.localcluster.node.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class SchedulingTest {
  private static final Claims ALL_BOUND = (namespace, claim) -> Optional.of("Bound");

  private static Pod pod(String spec) {
    return Serialization.unmarshal(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: default}\nspec:\n"
            + spec.indent(2),
        Pod.class);
  }

  private static NodeRoom node(String name, Map<String, String> taken) {
    var node =
        Serialization.unmarshal(
            """
            apiVersion: v1
            kind: Node
            metadata: {name: %s, labels: {zone: a}}
            spec: {}
            status:
              allocatable: {cpu: "4", memory: 8Gi, pods: "10", nvidia.com/gpu: "8"}
              conditions: [{type: Ready, status: "True"}]
            """
                .formatted(name),
            Node.class);
    var amounts = new java.util.HashMap<String, Quantity>();
    taken.forEach((resource, amount) -> amounts.put(resource, new Quantity(amount)));
    return new NodeRoom(node, ResourceAmounts.of(amounts));
  }

  private static Placement place(String podSpec, NodeRoom... nodes) {
    return Scheduling.decide(pod(podSpec), List.of(nodes), ALL_BOUND);
  }

  @Test
  void podGoesToTheEmptierOfTheNodesThatFit() {
    var placement =
        place(
            "containers: [{name: main, resources: {requests: {cpu: 500m}}}]",
            node("full", Map.of("cpu", "3800m")),
            node("busy", Map.of("cpu", "1", "pods", "3")),
            node("calm", Map.of("cpu", "2", "pods", "1")));

    assertThat(placement).isEqualTo(new Placement.OnNode("calm"));
  }

  @Test
  void lackOfDevicesIsToldInTheWordsOfTheRealScheduler() {
    var placement =
        place(
            "containers: [{name: main, resources: {limits: {nvidia.com/gpu: 4}}}]",
            node("local", Map.of("nvidia.com/gpu", "6")));

    assertThat(placement)
        .isEqualTo(
            new Placement.Unschedulable(
                "0/1 nodes are available: 1 Insufficient nvidia.com/gpu. preemption: 0/1 nodes are"
                    + " available: 1 No preemption victims found for incoming pod."));
  }

  @Test
  void containersAddUpAndAnInitContainerCountsAlone() {
    var two =
        "{name: a, resources: {requests: {cpu: 2}}}, {name: b, resources: {requests: {cpu: 2}}}";
    var large = "{name: i, resources: {requests: {cpu: 5}}}";

    assertThat(place("containers: [" + two + "]", node("local", Map.of())))
        .isEqualTo(new Placement.OnNode("local"));
    assertThat(
            place(
                "initContainers: [" + large + "]\ncontainers: [" + two + "]",
                node("local", Map.of())))
        .isInstanceOf(Placement.Unschedulable.class);
  }

  @Test
  void gatedPodWaitsForItsGatesEvenWithoutNodes() {
    assertThat(
            place("schedulingGates: [{name: llmforge.io/admission}]\ncontainers: [{name: main}]"))
        .isEqualTo(new Placement.Gated());
  }

  @Test
  void nodeSelectorAndAffinityPickNodes() {
    var affinity =
        """
        containers: [{name: main}]
        affinity:
          nodeAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
              nodeSelectorTerms:
              - matchFields: [{key: metadata.name, operator: NotIn, values: [broken]}]
        """;

    assertThat(place(affinity, node("broken", Map.of()), node("sound", Map.of("pods", "5"))))
        .isEqualTo(new Placement.OnNode("sound"));
    assertThat(
            place("nodeSelector: {zone: b}\ncontainers: [{name: main}]", node("local", Map.of())))
        .isEqualTo(
            new Placement.Unschedulable(
                "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector."
                    + " preemption: 0/1 nodes are available: Preemption is not helpful for"
                    + " scheduling."));
  }

  @Test
  void podWithoutItsClaimWaits() {
    var pod =
        pod(
            "containers: [{name: main}]\nvolumes: [{name: v, persistentVolumeClaim: {claimName: w}}]");

    var missing =
        Scheduling.decide(pod, List.of(node("local", Map.of())), (ns, claim) -> Optional.empty());

    assertThat(missing)
        .isInstanceOfSatisfying(
            Placement.Unschedulable.class,
            placement ->
                assertThat(placement.message()).contains("persistentvolumeclaim \"w\" not found"));
  }
}
