package io.llmforge.cli;

import io.llmforge.cli.cluster.ClusterConnection;
import io.llmforge.cli.cluster.ClusterException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which cluster and namespace a command looks at, written as kubectl has it. */
final class ClusterOptions {

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAMESPACE",
      description = "Namespace to look in. Default: that of the kubeconfig's context.")
  @Nullable String namespace;

  @Option(
      names = "--context",
      paramLabel = "CONTEXT",
      description = "Context of the kubeconfig. Default: its current one.")
  @Nullable String context;

  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      description = "The kubeconfig. Default: $$KUBECONFIG, then ~/.kube/config.")
  @Nullable Path kubeconfig;

  ClusterConnection open() throws ClusterException {
    return ClusterConnection.open(kubeconfig, context);
  }

  String namespace(ClusterConnection cluster) {
    return namespace == null ? cluster.defaultNamespace() : namespace;
  }
}
