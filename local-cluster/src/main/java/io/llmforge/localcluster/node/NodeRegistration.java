package io.llmforge.localcluster.node;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.NodeStatus;
import io.fabric8.kubernetes.api.model.NodeStatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
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
    var node = node(options);
    var existing = client.nodes().withName(options.name()).get();
    var present = existing == null ? client.resource(node).create() : existing;
    client.resource(new NodeBuilder(present).withStatus(status(options)).build()).updateStatus();
  }

  private static Node node(NodeOptions options) {
    return new NodeBuilder()
        .withNewMetadata()
        .withName(options.name())
        .addToLabels("kubernetes.io/hostname", options.name())
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
        .addNewAddress(options.name(), "Hostname")
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
