package io.llmforge.localcluster.api.builtin;

import io.llmforge.localcluster.api.resource.BuiltinTypes;
import io.llmforge.localcluster.api.store.ResourceId;
import io.llmforge.localcluster.api.write.KindRules;
import io.llmforge.localcluster.api.write.Timestamps;
import java.util.Map;

/** The rules of all built-in kinds that have any. */
public final class BuiltinRules {

  private BuiltinRules() {}

  public static Map<ResourceId, KindRules> all(Timestamps timestamps) {
    return Map.of(
        BuiltinTypes.DEFINITIONS, new DefinitionRules(timestamps),
        BuiltinTypes.NAMESPACES, new NamespaceRules(),
        BuiltinTypes.PODS, new PodRules(),
        BuiltinTypes.JOBS, new JobRules(),
        BuiltinTypes.CONFIG_MAPS, new DataRules(),
        BuiltinTypes.SECRETS, new DataRules(),
        BuiltinTypes.CLAIMS, new ClaimRules(),
        BuiltinTypes.SERVICES, new ServiceRules());
  }
}
