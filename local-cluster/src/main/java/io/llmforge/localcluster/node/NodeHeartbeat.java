package io.llmforge.localcluster.node;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.llmforge.localcluster.control.Heartbeat;
import java.time.Clock;

/**
 * The Lease that tells a node lifecycle controller that this node lives: without it pods are taken
 * away from a node after 40 s. The Lease goes with its Node.
 */
public final class NodeHeartbeat {
  private static final String NAMESPACE = "kube-node-lease";

  private NodeHeartbeat() {}

  /** Keeps the Lease of a registered node fresh until the answer is closed. */
  public static Heartbeat start(KubernetesClient client, String node, Clock clock) {
    var owner = client.nodes().withName(node).require();
    var lease =
        new ObjectMetaBuilder()
            .withName(node)
            .withNamespace(NAMESPACE)
            .addNewOwnerReference()
            .withApiVersion("v1")
            .withKind("Node")
            .withName(node)
            .withUid(owner.getMetadata().getUid())
            .endOwnerReference()
            .build();
    return Heartbeat.start(client, lease, clock);
  }
}
