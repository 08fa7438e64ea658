package io.llmforge.operator.desired;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRuleBuilder;
import io.llmforge.crds.plan.PodContract;
import io.llmforge.operator.identity.ObjectLabels;

/**
 * Who reaches the pods of a run: each other, and on the status port those who read it. What the
 * pods reach is not limited, since sources and sinks may be anywhere.
 */
final class RunNetworkPolicy {

  /** Kubernetes labels every namespace with its name. */
  private static final String NAMESPACE_NAME = "kubernetes.io/metadata.name";

  private RunNetworkPolicy() {}

  static NetworkPolicy of(RunOrder order, StatusReaders readers) {
    LabelSelector pods =
        new LabelSelectorBuilder()
            .withMatchLabels(ObjectLabels.ofRun(order.owner(), order.run().number()))
            .build();
    return new NetworkPolicyBuilder()
        .withMetadata(OwnedMetadata.ofRun(order, order.names().networkPolicy()))
        .withNewSpec()
        .withPodSelector(pods)
        .withPolicyTypes("Ingress")
        .withIngress(fromEachOther(pods), fromReaders(readers))
        .endSpec()
        .build();
  }

  private static NetworkPolicyIngressRule fromEachOther(LabelSelector pods) {
    return new NetworkPolicyIngressRuleBuilder()
        .addNewFrom()
        .withPodSelector(pods)
        .endFrom()
        .build();
  }

  private static NetworkPolicyIngressRule fromReaders(StatusReaders readers) {
    return new NetworkPolicyIngressRuleBuilder()
        .addNewFrom()
        .withNewNamespaceSelector()
        .addNewMatchExpression()
        .withKey(NAMESPACE_NAME)
        .withOperator("In")
        .withValues(readers.namespaces())
        .endMatchExpression()
        .endNamespaceSelector()
        .endFrom()
        .addNewPort()
        .withProtocol("TCP")
        .withPort(new IntOrString(PodContract.STATUS_PORT))
        .endPort()
        .build();
  }
}
