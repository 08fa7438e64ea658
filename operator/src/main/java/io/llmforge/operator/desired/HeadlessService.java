package io.llmforge.operator.desired;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.llmforge.crds.plan.PodContract;
import io.llmforge.operator.identity.ObjectLabels;
import java.util.Optional;

/** Gives the pods that train together stable host names, before they are ready. */
final class HeadlessService {

  private static final String NO_ADDRESS = "None";

  private HeadlessService() {}

  /** Nobody asks for the name of a pod that is alone. */
  static Optional<Service> of(RunOrder order) {
    return order.plan().batch().devices() == 1 ? Optional.empty() : Optional.of(ofGroup(order));
  }

  private static Service ofGroup(RunOrder order) {
    return new ServiceBuilder()
        .withMetadata(OwnedMetadata.ofRun(order, order.names().service()))
        .withNewSpec()
        .withClusterIP(NO_ADDRESS)
        .withPublishNotReadyAddresses(true)
        .withSelector(ObjectLabels.podsOfRun(order.owner(), order.run().number()))
        .addNewPort()
        .withName(TrainerContainer.STATUS_PORT_NAME)
        .withPort(PodContract.STATUS_PORT)
        .endPort()
        .addNewPort()
        .withName(PodContract.GROUP_PORT_NAME)
        .withPort(PodContract.GROUP_PORT)
        .endPort()
        .endSpec()
        .build();
  }
}
