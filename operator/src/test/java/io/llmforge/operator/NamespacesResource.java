package io.llmforge.operator;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.HashMap;
import java.util.Map;

/** Gives the application under test a cluster, and two namespaces of it to look after. */
public final class NamespacesResource implements QuarkusTestResourceLifecycleManager {

  private final ClusterResource cluster = new ClusterResource();

  @Override
  public Map<String, String> start() {
    Map<String, String> settings = new HashMap<>(cluster.start());
    String own = ClusterResource.client().getNamespace();
    settings.put("llmforge.namespaces", own + "-first," + own + "-second");
    return settings;
  }

  @Override
  public void stop() {
    cluster.stop();
  }
}
