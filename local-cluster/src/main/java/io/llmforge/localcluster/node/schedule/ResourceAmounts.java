package io.llmforge.localcluster.node.schedule;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BinaryOperator;

/** Amounts by resource name in base units: cores, bytes, devices. */
public record ResourceAmounts(SortedMap<String, BigDecimal> byName) {
  private static final String PODS = "pods";

  public ResourceAmounts {
    byName = Collections.unmodifiableSortedMap(new TreeMap<>(byName));
  }

  public static final ResourceAmounts NONE = new ResourceAmounts(new TreeMap<>());

  public static ResourceAmounts of(Map<String, Quantity> quantities) {
    var amounts = new TreeMap<String, BigDecimal>();
    quantities.forEach((name, quantity) -> amounts.put(name, quantity.getNumericalAmount()));
    return new ResourceAmounts(amounts);
  }

  /** The containers run together; an init container runs alone before them. */
  static ResourceAmounts requestedBy(Pod pod) {
    var together =
        pod.getSpec().getContainers().stream()
            .map(ResourceAmounts::requestedBy)
            .reduce(NONE, ResourceAmounts::plus);
    List<Container> first = pod.getSpec().getInitContainers();
    var most =
        first.stream()
            .map(ResourceAmounts::requestedBy)
            .reduce(together, (one, other) -> one.merge(other, BigDecimal::max));
    return most.plus(new ResourceAmounts(new TreeMap<>(Map.of(PODS, BigDecimal.ONE))));
  }

  /** A limit without a request is a request too. */
  private static ResourceAmounts requestedBy(Container container) {
    var resources = container.getResources();
    if (resources == null) {
      return NONE;
    }
    var wanted = new HashMap<String, Quantity>();
    if (resources.getLimits() != null) {
      wanted.putAll(resources.getLimits());
    }
    if (resources.getRequests() != null) {
      wanted.putAll(resources.getRequests());
    }
    return of(wanted);
  }

  ResourceAmounts plus(ResourceAmounts other) {
    return merge(other, BigDecimal::add);
  }

  private ResourceAmounts merge(ResourceAmounts other, BinaryOperator<BigDecimal> how) {
    var merged = new TreeMap<>(byName);
    other.byName.forEach((name, amount) -> merged.merge(name, amount, how));
    return new ResourceAmounts(merged);
  }

  BigDecimal amount(String name) {
    return byName.getOrDefault(name, BigDecimal.ZERO);
  }
}
