package io.llmforge.localcluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A cluster that is there already.
 *
 * @param kubeconfig names it and who we are to it; its current context counts
 * @param namespace the one to work in, whose claims get a folder of this machine
 * @param volumesFolder what is called {@code <namespace>} in the paths of these folders
 * @param labels of what is made for the namespace elsewhere in the cluster: node and volumes
 */
public record ClusterAccess(
    Path kubeconfig, String namespace, String volumesFolder, Map<String, String> labels) {
  private static final List<String> FILES =
      List.of("certificate-authority", "client-certificate", "client-key", "tokenFile");

  public ClusterAccess {
    labels = Map.copyOf(labels);
    kubeconfig = kubeconfig.toAbsolutePath().normalize();
  }

  /** The kubeconfig with our namespace as that of its current context, readable from anywhere. */
  String kubeconfigOfNamespace() throws IOException {
    var yaml = new YAMLMapper();
    var tree = yaml.readTree(kubeconfig.toFile());
    for (var entry : tree.path("contexts")) {
      if (entry.path("name").equals(tree.path("current-context"))
          && entry.path("context") instanceof ObjectNode context) {
        context.put("namespace", namespace);
      }
    }
    tree.path("clusters").forEach(entry -> resolveFiles(entry.path("cluster")));
    tree.path("users").forEach(entry -> resolveFiles(entry.path("user")));
    return yaml.writeValueAsString(tree);
  }

  private void resolveFiles(JsonNode settings) {
    for (var name : FILES) {
      if (settings instanceof ObjectNode object && object.has(name)) {
        object.put(name, kubeconfig.resolveSibling(object.get(name).asText()).toString());
      }
    }
  }
}
