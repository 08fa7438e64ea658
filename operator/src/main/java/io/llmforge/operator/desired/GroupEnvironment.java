package io.llmforge.operator.desired;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.llmforge.crds.plan.PodContract;
import io.llmforge.operator.identity.RunNames;
import java.util.List;

/**
 * What makes a trainer one of several that train together: its rank, which is its index in the Job;
 * the stable host name of the pod of rank 0; and the Job's UID as the key of the group, which no
 * other attempt has.
 */
final class GroupEnvironment {

  private static final String INDEX =
      "metadata.annotations['batch.kubernetes.io/job-completion-index']";
  private static final String JOB_UID = "metadata.labels['batch.kubernetes.io/controller-uid']";
  private static final int FIRST_RANK = 0;

  private GroupEnvironment() {}

  static Container addTo(Container container, RunOrder order) {
    int devices = order.plan().batch().devices();
    return devices == 1
        ? container
        : new ContainerBuilder(container)
            .addToEnv(variables(order, devices).toArray(EnvVar[]::new))
            .addNewPort()
            .withName(PodContract.GROUP_PORT_NAME)
            .withContainerPort(PodContract.GROUP_PORT)
            .endPort()
            .build();
  }

  private static List<EnvVar> variables(RunOrder order, int devices) {
    return List.of(
        field(PodContract.RANK, INDEX),
        TrainerContainer.variable(PodContract.WORLD_SIZE, Integer.toString(devices)),
        TrainerContainer.variable(PodContract.MASTER_ADDRESS, firstPod(order)),
        TrainerContainer.variable(
            PodContract.MASTER_PORT, Integer.toString(PodContract.GROUP_PORT)),
        field(PodContract.GROUP_KEY, JOB_UID));
  }

  /** As an Indexed Job names its pods and the run's headless Service makes them known. */
  private static String firstPod(RunOrder order) {
    RunNames names = order.names();
    return "%s-%d.%s"
        .formatted(names.job(order.stage(), order.run().attempt()), FIRST_RANK, names.service());
  }

  private static EnvVar field(String name, String path) {
    return new EnvVarBuilder()
        .withName(name)
        .withNewValueFrom()
        .withNewFieldRef()
        .withFieldPath(path)
        .endFieldRef()
        .endValueFrom()
        .build();
  }
}
