package io.llmforge.operator.desired;

import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Accelerator;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.AccessMode;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.PodTemplate;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec.Resources;
import io.llmforge.operator.decide.AcceleratorProfile;
import io.llmforge.operator.identity.Stage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * On which nodes a stage's pods run and what they ask for there: what the FineTuneJob says, then
 * what the administrator says of the product that its config names, then the default.
 */
final class AcceleratorPlace {

  private AcceleratorPlace() {}

  static Map<String, String> nodeSelector(RunOrder order, PodDefaults defaults) {
    Map<String, String> selector = new TreeMap<>(profile(order, defaults).nodeSelector());
    Optional.ofNullable(order.spec().podTemplate())
        .map(PodTemplate::nodeSelector)
        .ifPresent(selector::putAll);
    return selector;
  }

  static List<Toleration> tolerations(RunOrder order, PodDefaults defaults) {
    return profile(order, defaults).tolerations().stream()
        .map(
            toleration ->
                new TolerationBuilder()
                    .withKey(toleration.key())
                    .withOperator(toleration.operator())
                    .withValue(toleration.value())
                    .withEffect(toleration.effect())
                    .build())
        .toList();
  }

  static String resourceName(RunOrder order, PodDefaults defaults) {
    return Optional.ofNullable(order.spec().resources())
        .map(Resources::accelerator)
        .map(Accelerator::resourceName)
        .or(() -> profile(order, defaults).resourceName())
        .orElse(defaults.acceleratorResource());
  }

  /** Memory of one accelerator that training will get, where the administrator says it. */
  static OptionalLong memoryBytes(RunOrder order, PodDefaults defaults) {
    return defaults.accelerators().profile(order.spec().config(), Stage.TRAIN).memoryBytes();
  }

  private static AcceleratorProfile profile(RunOrder order, PodDefaults defaults) {
    return needsPlace(order)
        ? defaults.accelerators().profile(order.spec().config(), order.stage())
        : AcceleratorProfile.ANY;
  }

  // A volume that one node at a time may mount is often bound where its first pod runs: that has to
  // be in reach of the accelerators.
  private static boolean needsPlace(RunOrder order) {
    return switch (order.stage()) {
      case PREFLIGHT, PUBLISH -> WorkspaceClaim.accessMode(order) == AccessMode.ReadWriteOnce;
      case REFERENCE, TRAIN -> true;
    };
  }
}
