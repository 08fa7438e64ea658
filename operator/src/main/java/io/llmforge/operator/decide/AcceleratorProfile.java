package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNullElse;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Where pods run that ask for an accelerator of one product.
 *
 * @param nodeSelector labels of the nodes that have it
 * @param tolerations taints of those nodes that the pods bear
 * @param resourceName extended resource of one of them; the operator's default when there is none
 * @param memoryBytes memory of one of them; a run that needs more is refused before it gets one
 */
public record AcceleratorProfile(
    Map<String, String> nodeSelector,
    List<Toleration> tolerations,
    Optional<String> resourceName,
    OptionalLong memoryBytes) {

  /** No wish for a product. */
  public static final AcceleratorProfile ANY =
      new AcceleratorProfile(Map.of(), List.of(), Optional.empty(), OptionalLong.empty());

  public AcceleratorProfile {
    nodeSelector = Map.copyOf(nodeSelector);
    tolerations = List.copyOf(tolerations);
  }

  /** As an administrator writes it: whatever is left out is empty. */
  public static AcceleratorProfile of(
      @Nullable Map<String, String> nodeSelector,
      @Nullable List<Toleration> tolerations,
      @Nullable String resourceName,
      OptionalLong memoryBytes) {
    return new AcceleratorProfile(
        requireNonNullElse(nodeSelector, Map.of()),
        requireNonNullElse(tolerations, List.of()),
        Optional.ofNullable(resourceName),
        memoryBytes);
  }

  /**
   * A taint that is borne, as in a pod.
   *
   * @param key key of the taint; every key when absent
   * @param operator Exists or Equal; Equal when absent
   * @param value value of the taint, for Equal
   * @param effect NoSchedule, PreferNoSchedule or NoExecute; every effect when absent
   */
  public record Toleration(
      @Nullable String key,
      @Nullable String operator,
      @Nullable String value,
      @Nullable String effect) {}
}
