package io.llmforge.operator.desired;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.PerDevice;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Resources;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What each container of a stage's pod asks for. */
final class StageResources {

  private static final Quantity ONE_DEVICE = new Quantity("1");

  /** A look at data and model files needs no more, however much a trainer needs. */
  private static final Map<String, Quantity> MOST_WITHOUT_ACCELERATOR =
      Map.of("cpu", new Quantity("4"), "memory", new Quantity("8Gi"));

  private StageResources() {}

  static ResourceRequirements of(RunOrder order, PodDefaults defaults) {
    Map<String, Quantity> amounts = hostAmounts(order);
    switch (order.stage()) {
      case PREFLIGHT, PUBLISH ->
          MOST_WITHOUT_ACCELERATOR.forEach(
              (name, most) -> amounts.computeIfPresent(name, (key, asked) -> less(asked, most)));
      case REFERENCE, TRAIN ->
          // Where the device is a processor, what is asked of processors is asked of it.
          amounts.putIfAbsent(AcceleratorPlace.resourceName(order, defaults), ONE_DEVICE);
    }
    // Requests equal limits, so that the pod is the last to be evicted from its node.
    return new ResourceRequirementsBuilder().withLimits(amounts).withRequests(amounts).build();
  }

  private static Map<String, Quantity> hostAmounts(RunOrder order) {
    Map<String, Quantity> amounts = new TreeMap<>();
    Optional<PerDevice> perDevice =
        Optional.ofNullable(order.spec().resources()).map(Resources::perDevice);
    perDevice.map(PerDevice::cpu).ifPresent(cpu -> amounts.put("cpu", new Quantity(cpu)));
    perDevice
        .map(PerDevice::memory)
        .ifPresent(memory -> amounts.put("memory", new Quantity(memory)));
    return amounts;
  }

  private static Quantity less(Quantity asked, Quantity most) {
    return asked.getNumericalAmount().compareTo(most.getNumericalAmount()) <= 0 ? asked : most;
  }
}
