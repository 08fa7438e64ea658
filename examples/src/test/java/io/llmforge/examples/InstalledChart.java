package io.llmforge.examples;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.marcnuri.helm.Helm;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.llmforge.localcluster.ClusterSession;
import io.llmforge.localcluster.LocalCluster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The objects of the chart in a cluster, released under the name of the namespace. Closing it takes
 * them away, but for the definition of FineTuneJobs.
 *
 * @param objects as the API server stored them
 */
record InstalledChart(LocalCluster cluster, List<HasMetadata> objects) implements AutoCloseable {

  private static final long TOKEN_SECONDS = 3600;

  /** Applies the chart with these values to the namespace of the cluster's client. */
  static InstalledChart install(LocalCluster cluster, Path chart, Map<String, String> values) {
    String namespace = cluster.client().getNamespace();
    var command = new Helm(chart).template().withName(namespace).withNamespace(namespace);
    values.forEach(command::set);
    var rendered = new ByteArrayInputStream(command.call().getBytes(StandardCharsets.UTF_8));
    var objects = cluster.client().load(rendered).items();
    objects.stream()
        .filter(object -> object.getMetadata().getNamespace() == null && !isDefinition(object))
        .forEach(object -> addLabels(object, ClusterSession.labels(namespace)));
    return new InstalledChart(
        cluster, cluster.client().resourceList(objects).forceConflicts().serverSideApply());
  }

  private static boolean isDefinition(HasMetadata object) {
    return object.getKind().equals("CustomResourceDefinition");
  }

  private static void addLabels(HasMetadata object, Map<String, String> more) {
    Map<String, String> labels = new HashMap<>(more);
    Optional.ofNullable(object.getMetadata().getLabels()).ifPresent(labels::putAll);
    object.getMetadata().setLabels(labels);
  }

  /**
   * The environment that the Deployment gives the operator; entries made from others are left out.
   */
  Map<String, String> operatorEnvironment() {
    Map<String, String> environment = new HashMap<>();
    for (var variable :
        deployment().getSpec().getTemplate().getSpec().getContainers().getFirst().getEnv()) {
      if (variable.getValue() != null) {
        environment.put(variable.getName(), variable.getValue());
      }
    }
    return environment;
  }

  /** Writes a kubeconfig for the ServiceAccount of the operator. */
  Path operatorKubeconfig(Path file) throws IOException {
    KubernetesClient client = cluster.client();
    String token =
        client
            .serviceAccounts()
            .withName(deployment().getSpec().getTemplate().getSpec().getServiceAccountName())
            .tokenRequest(
                new TokenRequestBuilder()
                    .withNewSpec()
                    .withExpirationSeconds(TOKEN_SECONDS)
                    .endSpec()
                    .build())
            .getStatus()
            .getToken();
    YAMLMapper yaml = new YAMLMapper();
    JsonNode kubeconfig = yaml.readTree(cluster.kubeconfig().toFile());
    for (JsonNode user : kubeconfig.path("users")) {
      ((ObjectNode) user).putObject("user").put("token", token);
    }
    yaml.writeValue(file.toFile(), kubeconfig);
    return file;
  }

  private Deployment deployment() {
    return objects.stream()
        .filter(Deployment.class::isInstance)
        .map(Deployment.class::cast)
        .findFirst()
        .orElseThrow();
  }

  @Override
  public void close() {
    objects.stream()
        .filter(object -> !isDefinition(object))
        .forEach(object -> cluster.client().resource(object).delete());
  }
}
