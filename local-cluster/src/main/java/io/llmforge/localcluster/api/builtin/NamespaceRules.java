package io.llmforge.localcluster.api.builtin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.write.KindRules;
import java.util.Optional;

/** Namespaces: active from the start, and kept until their content is gone. */
final class NamespaceRules implements KindRules {

  @Override
  public void complete(ObjectNode namespace, Optional<ObjectNode> stored) {
    if (stored.isEmpty()) {
      namespace.withObject("/spec").putArray("finalizers").add("kubernetes");
      namespace.withObject("/status").put("phase", "Active");
      String name = namespace.path("metadata").path("name").asText();
      namespace.withObject("/metadata/labels").put("kubernetes.io/metadata.name", name);
    }
  }
}
