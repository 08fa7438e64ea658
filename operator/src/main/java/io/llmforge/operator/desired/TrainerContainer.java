package io.llmforge.operator.desired;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Purpose;
import io.llmforge.crds.plan.PodContract;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The trainer's container, told everything by arguments and environment. */
final class TrainerContainer {

  static final String STATUS_PORT_NAME = "status";

  /** The Job controller sets the variable, and Kubernetes replaces references to it. */
  private static final String SHARD = "$(JOB_COMPLETION_INDEX)";

  /**
   * libtorch allocates outside the Java heap, so the heap may take the smaller part only. It begins
   * small: what it holds on to is missing elsewhere, and buffers outside it go when it is
   * collected.
   */
  private static final String JAVA_OPTIONS =
      "-Dai.djl.offline=true --enable-native-access=ALL-UNNAMED -Xms64m -XX:MaxRAMPercentage=40"
          + " -XX:ErrorFile="
          + PodContract.WORKSPACE_FOLDER
          + "/hs_err_%p.log";

  private TrainerContainer() {}

  static Container of(RunOrder order, PodDefaults defaults, PodVolumes volumes) {
    Container container = container(order, defaults, volumes);
    return switch (order.stage()) {
      case PREFLIGHT, PUBLISH -> withCredentials(container, order, Purpose.Outputs);
      case REFERENCE -> container;
      case TRAIN ->
          GroupEnvironment.addTo(
              withStatusServer(withCredentials(container, order, Purpose.Tracking)), order);
    };
  }

  private static Container container(RunOrder order, PodDefaults defaults, PodVolumes volumes) {
    return new ContainerBuilder()
        .withName(PodContract.TRAINER_CONTAINER)
        .withImage(image(order, defaults))
        .withArgs(arguments(order, defaults, volumes))
        .withEnv(environment(order))
        .withResources(StageResources.of(order, defaults))
        .withSecurityContext(securityContext())
        .withTerminationMessagePath(PodContract.TERMINATION_MESSAGE_FILE)
        .withTerminationMessagePolicy("FallbackToLogsOnError")
        .withVolumeMounts(volumes.mounts())
        .build();
  }

  private static Container withCredentials(
      Container container, RunOrder order, Purpose... purposes) {
    return new ContainerBuilder(container).withEnvFrom(PodCredentials.of(order, purposes)).build();
  }

  private static Container withStatusServer(Container container) {
    return new ContainerBuilder(container)
        .addNewPort()
        .withName(STATUS_PORT_NAME)
        .withContainerPort(PodContract.STATUS_PORT)
        .endPort()
        .withStartupProbe(probe(PodContract.LIVE_PATH, 2, 900))
        .withLivenessProbe(probe(PodContract.LIVE_PATH, 30, 10))
        .withReadinessProbe(probe(PodContract.READY_PATH, 5, 3))
        .build();
  }

  static String image(RunOrder order, PodDefaults defaults) {
    return Optional.ofNullable(order.spec().image())
        .filter(image -> !image.isBlank())
        .orElse(defaults.trainerImage());
  }

  private static List<String> arguments(RunOrder order, PodDefaults defaults, PodVolumes volumes) {
    List<String> arguments = new ArrayList<>();
    arguments.add(
        switch (order.stage()) {
          case PREFLIGHT -> PodContract.PREFLIGHT_COMMAND;
          case REFERENCE -> PodContract.REFERENCE_COMMAND;
          case TRAIN -> PodContract.TRAIN_COMMAND;
          case PUBLISH -> PodContract.PUBLISH_COMMAND;
        });
    arguments.add(
        PodContract.PLAN_ARGUMENT + PodContract.PLAN_FOLDER + "/" + PodContract.PLAN_FILE);
    arguments.add(PodContract.WORKSPACE_ARGUMENT + PodContract.WORKSPACE_FOLDER);
    switch (order.stage()) {
      case PREFLIGHT ->
          AcceleratorPlace.memoryBytes(order, defaults)
              .ifPresent(bytes -> arguments.add(PodContract.MEMORY_ARGUMENT + bytes));
      case REFERENCE -> arguments.add(PodContract.SHARD_ARGUMENT + SHARD);
      case TRAIN -> microBatches(order).ifPresent(arguments::add);
      case PUBLISH -> {}
    }
    if (PodVolumes.asksForToken(order)) {
      arguments.add(
          PodContract.STATUS_TOKEN_ARGUMENT
              + PodContract.STATUS_TOKEN_FOLDER
              + "/"
              + PodContract.STATUS_TOKEN_FILE);
    }
    arguments.addAll(volumes.arguments());
    return arguments;
  }

  private static Optional<String> microBatches(RunOrder order) {
    int divisor = order.terms().microBatches().divisor();
    return divisor == 1
        ? Optional.empty()
        : Optional.of(PodContract.MICRO_BATCH_DIVISOR_ARGUMENT + divisor);
  }

  private static List<EnvVar> environment(RunOrder order) {
    EnvVar podIp =
        new EnvVarBuilder()
            .withName(PodContract.POD_IP)
            .withNewValueFrom()
            .withNewFieldRef()
            .withFieldPath("status.podIP")
            .endFieldRef()
            .endValueFrom()
            .build();
    List<EnvVar> variables = new ArrayList<>();
    variables.add(podIp);
    variables.add(variable(PodContract.TERMINATION_LOG, PodContract.TERMINATION_MESSAGE_FILE));
    variables.add(variable(PodContract.ATTEMPT, Integer.toString(order.run().attempt())));
    PodContract.NATIVE_ENVIRONMENT.forEach((name, value) -> variables.add(variable(name, value)));
    variables.add(variable("DJL_CACHE_DIR", PodVolumes.TEMPORARY_FOLDER + "/djl"));
    variables.add(variable("OPT_OUT_TRACKING", "true"));
    variables.add(variable("JAVA_TOOL_OPTIONS", JAVA_OPTIONS));
    return List.copyOf(variables);
  }

  static EnvVar variable(String name, String value) {
    return new EnvVarBuilder().withName(name).withValue(value).build();
  }

  private static Probe probe(String path, int periodSeconds, int failureThreshold) {
    return new ProbeBuilder()
        .withNewHttpGet()
        .withPath(path)
        .withNewPort(STATUS_PORT_NAME)
        .endHttpGet()
        .withPeriodSeconds(periodSeconds)
        .withFailureThreshold(failureThreshold)
        .withTimeoutSeconds(5)
        .build();
  }

  static SecurityContext securityContext() {
    return new SecurityContextBuilder()
        .withAllowPrivilegeEscalation(false)
        .withReadOnlyRootFilesystem(true)
        .withNewCapabilities()
        .withDrop("ALL")
        .endCapabilities()
        .build();
  }
}
