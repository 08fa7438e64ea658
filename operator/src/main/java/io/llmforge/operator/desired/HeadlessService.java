package io.llmforge.operator.desired;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.llmforge.crds.plan.PodContract;
import io.llmforge.operator.identity.ObjectLabels;

/** Gives the pods of a run stable host names, before they are ready. */
final class HeadlessService {

  private static final String NO_ADDRESS = "None";

  private HeadlessService() {}

  static Service of(RunOrder order) {
    Service service = withStatusPort(order);
    return order.plan().batch().devices() == 1
        ? service
        : new ServiceBuilder(service)
            .editSpec()
            .addNewPort()
            .withName(PodContract.GROUP_PORT_NAME)
            .withPort(PodContract.GROUP_PORT)
            .endPort()
            .endSpec()
            .build();
  }

  private static Service withStatusPort(RunOrder order) {
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
        .endSpec()
        .build();
  }
}
