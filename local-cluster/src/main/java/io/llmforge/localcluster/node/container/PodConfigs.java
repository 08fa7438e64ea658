package io.llmforge.localcluster.node.container;

import java.util.Map;
import java.util.Optional;

/** The ConfigMaps and Secrets of one namespace, decoded. */
public interface PodConfigs {
  Optional<Map<String, byte[]>> configMap(String name);

  Optional<Map<String, byte[]>> secret(String name);
}
