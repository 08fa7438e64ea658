package io.llmforge.operator.desired;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Purpose;
import io.llmforge.crds.plan.PodContract;
import java.util.ArrayList;
import java.util.List;

/**
 * The init container of a preflight that copies remote sources into the workspace, or the folder
 * that runs share, where every later pod finds them. It alone gets the credentials of sources.
 */
final class FetchContainer {

  private static final String JAVA_OPTIONS = "-XX:MaxRAMPercentage=50";

  private FetchContainer() {}

  /** None at later stages, nor for a plan whose sources are all in reach. */
  static List<Container> of(RunOrder order, PodDefaults defaults, PodVolumes volumes) {
    return switch (order.stage()) {
      case PREFLIGHT ->
          order.plan().remoteSources().isEmpty()
              ? List.of()
              : List.of(container(order, defaults, volumes));
      case REFERENCE, TRAIN, PUBLISH -> List.of();
    };
  }

  private static Container container(RunOrder order, PodDefaults defaults, PodVolumes volumes) {
    return new ContainerBuilder()
        .withName(PodContract.FETCH_CONTAINER)
        .withImage(TrainerContainer.image(order, defaults))
        .withArgs(arguments(volumes))
        .withEnv(environment())
        .withEnvFrom(PodCredentials.of(order, Purpose.Sources))
        .withResources(StageResources.of(order, defaults))
        .withSecurityContext(TrainerContainer.securityContext())
        .withTerminationMessagePath(PodContract.TERMINATION_MESSAGE_FILE)
        .withTerminationMessagePolicy("FallbackToLogsOnError")
        .withVolumeMounts(volumes.fetchMounts())
        .build();
  }

  private static List<String> arguments(PodVolumes volumes) {
    List<String> arguments = new ArrayList<>();
    arguments.add(PodContract.FETCH_COMMAND);
    arguments.add(
        PodContract.PLAN_ARGUMENT + PodContract.PLAN_FOLDER + "/" + PodContract.PLAN_FILE);
    arguments.add(PodContract.WORKSPACE_ARGUMENT + PodContract.WORKSPACE_FOLDER);
    volumes.shared().map(SharedFolder::argument).ifPresent(arguments::add);
    return arguments;
  }

  private static List<EnvVar> environment() {
    return List.of(
        TrainerContainer.variable(
            PodContract.TERMINATION_LOG, PodContract.TERMINATION_MESSAGE_FILE),
        TrainerContainer.variable("JAVA_TOOL_OPTIONS", JAVA_OPTIONS));
  }
}
