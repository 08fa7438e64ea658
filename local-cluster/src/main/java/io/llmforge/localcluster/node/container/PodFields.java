package io.llmforge.localcluster.node.container;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceFieldSelector;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The downward API: what a container may learn of its pod.
 *
 * @param address the pod's IP, which the pod object may not show yet
 * @param nodeCapacity what a container without a limit may use
 */
public record PodFields(Pod pod, String address, Map<String, Quantity> nodeCapacity) {
  private static final Pattern MAP_ENTRY =
      Pattern.compile("metadata\\.(labels|annotations)\\['(.+)']");
  private static final String NODE_ADDRESS = "127.0.0.1";

  /** The value of a fieldRef path such as {@code metadata.labels['x']}. */
  public String value(String path) throws ContainerConfigException {
    var meta = pod.getMetadata();
    var entry = MAP_ENTRY.matcher(path);
    if (entry.matches()) {
      var map = entry.group(1).equals("labels") ? meta.getLabels() : meta.getAnnotations();
      return orEmpty(map).getOrDefault(entry.group(2), "");
    }
    return switch (path) {
      case "metadata.name" -> meta.getName();
      case "metadata.namespace" -> meta.getNamespace();
      case "metadata.uid" -> meta.getUid();
      case "metadata.labels" -> lines(meta.getLabels());
      case "metadata.annotations" -> lines(meta.getAnnotations());
      case "spec.nodeName" -> pod.getSpec().getNodeName();
      case "spec.serviceAccountName" ->
          Optional.ofNullable(pod.getSpec().getServiceAccountName()).orElse("default");
      case "status.podIP", "status.podIPs" -> address;
      case "status.hostIP", "status.hostIPs" -> NODE_ADDRESS;
      default -> throw new ContainerConfigException("fieldPath \"" + path + "\" is not supported");
    };
  }

  private static Map<String, String> orEmpty(@Nullable Map<String, String> map) {
    return map == null ? Map.of() : map;
  }

  private static String lines(@Nullable Map<String, String> map) {
    return new TreeMap<>(orEmpty(map))
        .entrySet().stream()
            .map(e -> e.getKey() + "=\"" + e.getValue().replace("\"", "\\\"") + "\"")
            .collect(Collectors.joining("\n"));
  }

  /** A limit or request in units of the divisor, rounded up. */
  public String value(ResourceFieldSelector selector, Container self)
      throws ContainerConfigException {
    var container = named(selector.getContainerName(), self);
    var parts = selector.getResource().split("\\.", 2);
    if (parts.length != 2) {
      throw new ContainerConfigException(
          "resource \"" + selector.getResource() + "\" is neither limits.* nor requests.*");
    }
    var amounts =
        switch (parts[0]) {
          case "limits" -> container.getResources().getLimits();
          case "requests" -> container.getResources().getRequests();
          default ->
              throw new ContainerConfigException(
                  "resource \"" + selector.getResource() + "\" is neither limits.* nor requests.*");
        };
    var amount = amount(amounts, parts[1]);
    var divisor = selector.getDivisor();
    var unit =
        divisor == null || divisor.getNumericalAmount().signum() == 0
            ? BigDecimal.ONE
            : divisor.getNumericalAmount();
    return amount.divide(unit, 0, RoundingMode.CEILING).toPlainString();
  }

  private Container named(@Nullable String name, Container self) throws ContainerConfigException {
    if (name == null || name.equals(self.getName())) {
      return self;
    }
    return pod.getSpec().getContainers().stream()
        .filter(container -> container.getName().equals(name))
        .findFirst()
        .orElseThrow(() -> new ContainerConfigException("there is no container \"" + name + "\""));
  }

  private BigDecimal amount(@Nullable Map<String, Quantity> amounts, String resource)
      throws ContainerConfigException {
    var own = amounts == null ? null : amounts.get(resource);
    var quantity = own == null ? nodeCapacity.get(resource) : own;
    if (quantity == null) {
      throw new ContainerConfigException("the node has no resource \"" + resource + "\"");
    }
    return quantity.getNumericalAmount();
  }
}
