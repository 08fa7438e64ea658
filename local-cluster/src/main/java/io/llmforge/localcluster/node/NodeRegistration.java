package io.llmforge.localcluster.node;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.NodeStatus;
import io.fabric8.kubernetes.api.model.NodeStatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Makes the Node object that stands for this machine. */
final class NodeRegistration {
  private final KubernetesClient client;
  private final Clock clock;

  NodeRegistration(KubernetesClient client, Clock clock) {
    this.client = client;
    this.clock = clock;
  }

  void register(NodeOptions options) {
    if (client.nodes().withName(options.name()).get() == null) {
      client.resource(node(options)).create();
    }
    // Others write to a node from its first moment on, so nothing is said of what was there before.
    client
        .nodes()
        .withName(options.name())
        .subresource("status")
        .patch(
            PatchContext.of(PatchType.STRATEGIC_MERGE),
            Serialization.asJson(new NodeBuilder().withStatus(status(options)).build()));
  }

  private static Node node(NodeOptions options) {
    return new NodeBuilder()
        .withNewMetadata()
        .withName(options.name())
        .addToLabels(options.labels())
        .addToLabels("kubernetes.io/hostname", options.name())
        .addToLabels(NodeAgent.LABEL, "process")
        .addToLabels("kubernetes.io/os", operatingSystem())
        .endMetadata()
        .withNewSpec()
        .endSpec()
        .build();
  }

  private static String operatingSystem() {
    return System.getProperty("os.name").startsWith("Mac") ? "darwin" : "linux";
  }

  private NodeStatus status(NodeOptions options) {
    var now = Instant.now(clock).truncatedTo(ChronoUnit.SECONDS).toString();
    return new NodeStatusBuilder()
        .withCapacity(options.capacity())
        .withAllocatable(options.capacity())
        .addNewAddress("127.0.0.1", "InternalIP")
        .addNewCondition()
        .withType("Ready")
        .withStatus("True")
        .withReason("NodeReady")
        .withMessage("pods run as processes of this machine")
        .withLastHeartbeatTime(now)
        .withLastTransitionTime(now)
        .endCondition()
        .withNewNodeInfo()
        .withArchitecture(System.getProperty("os.arch"))
        .withOperatingSystem(operatingSystem())
        .withOsImage(System.getProperty("os.name"))
        .withKernelVersion(System.getProperty("os.version"))
        .withContainerRuntimeVersion("process://1")
        .withKubeletVersion("llmforge-local-cluster")
        .withKubeProxyVersion("")
        .withBootID("")
        .withMachineID("")
        .withSystemUUID("")
        .endNodeInfo()
        .build();
  }
}
