package io.llmforge.cli.cluster;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.llmforge.cli.cluster.ClusterException.Kind;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import java.io.File;
import java.net.HttpURLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A cluster, as a kubeconfig names it. Every answer it does not give is explained. */
public final class ClusterConnection implements AutoCloseable {

  private static final int CONNECT_MILLISECONDS = 5_000;

  private final KubernetesClient client;

  private ClusterConnection(KubernetesClient client) {
    this.client = client;
  }

  /**
   * Opens what a kubeconfig names, without a request yet.
   *
   * @param kubeconfig the file; null takes KUBECONFIG, then ~/.kube/config, then the pod's account
   * @param context its context; null takes the current one
   */
  public static ClusterConnection open(@Nullable Path kubeconfig, @Nullable String context)
      throws ClusterException {
    var config = kubeconfig == null ? usual(context) : of(kubeconfig, context);
    config.setConnectionTimeout(CONNECT_MILLISECONDS);
    config.setRequestRetryBackoffLimit(0);
    return new ClusterConnection(new KubernetesClientBuilder().withConfig(config).build());
  }

  private static Config of(Path kubeconfig, @Nullable String context) throws ClusterException {
    if (!Files.isRegularFile(kubeconfig)) {
      throw new ClusterException(
          Kind.ABSENT, "there is no kubeconfig %s; name another file".formatted(kubeconfig));
    }
    return Config.fromKubeconfig(context, kubeconfig.toFile());
  }

  private static Config usual(@Nullable String context) throws ClusterException {
    var files = Config.getKubeconfigFilenames();
    if (files.stream().map(File::new).noneMatch(File::isFile) && !isInPod()) {
      throw new ClusterException(
          Kind.ABSENT,
          "there is no kubeconfig %s; set KUBECONFIG or give --kubeconfig FILE (llmforge run --keep starts a local cluster and prints one)"
              .formatted(String.join(", ", files)));
    }
    return Config.autoConfigure(context);
  }

  private static boolean isInPod() {
    return System.getenv("KUBERNETES_SERVICE_HOST") != null;
  }

  /** The namespace to look in when the user names none. */
  public String defaultNamespace() {
    return Objects.requireNonNullElse(client.getConfiguration().getNamespace(), "default");
  }

  /** The jobs of a namespace, by name. */
  public List<FineTuneJob> jobs(String namespace) throws ClusterException {
    return asked(
        "list FineTuneJobs in namespace " + namespace,
        () -> client.resources(FineTuneJob.class).inNamespace(namespace).list().getItems());
  }

  /** The jobs of all namespaces, by namespace and name. */
  public List<FineTuneJob> jobs() throws ClusterException {
    return asked(
        "list FineTuneJobs in all namespaces",
        () -> client.resources(FineTuneJob.class).inAnyNamespace().list().getItems());
  }

  /** A job; one that is not there is answered with the names of those that are. */
  public FineTuneJob job(String namespace, String name) throws ClusterException {
    var job =
        this.<@Nullable FineTuneJob>asked(
            "read FineTuneJob %s/%s".formatted(namespace, name),
            () -> client.resources(FineTuneJob.class).inNamespace(namespace).withName(name).get());
    if (job != null) {
      return job;
    }
    // A client answers an absent type and an absent object alike; a list tells them apart.
    var names = jobs(namespace).stream().map(other -> other.getMetadata().getName()).toList();
    throw new ClusterException(
        Kind.ABSENT,
        "there is no FineTuneJob %s in namespace %s; %s"
            .formatted(
                name,
                namespace,
                names.isEmpty()
                    ? "the namespace has none at all, -n names another"
                    : "there are " + String.join(", ", names)));
  }

  /** What happened to a job, oldest first. */
  public List<Event> events(FineTuneJob job) throws ClusterException {
    var namespace = job.getMetadata().getNamespace();
    var name = job.getMetadata().getName();
    var all =
        asked(
            "read events in namespace " + namespace,
            () -> client.v1().events().inNamespace(namespace).list().getItems());
    return all.stream()
        .filter(event -> event.getInvolvedObject().getKind().equals("FineTuneJob"))
        .filter(event -> event.getInvolvedObject().getName().equals(name))
        .sorted(
            Comparator.comparing(event -> Objects.requireNonNullElse(event.getLastTimestamp(), "")))
        .toList();
  }

  /** The pods of a job. */
  public PodLogs logs(String namespace) {
    return new PodLogs(client, namespace, this::explained);
  }

  @Override
  public void close() {
    client.close();
  }

  private <T extends @Nullable Object> T asked(String what, Supplier<T> question)
      throws ClusterException {
    try {
      return question.get();
    } catch (KubernetesClientException e) {
      throw explained(what, e);
    }
  }

  private ClusterException explained(String what, KubernetesClientException e) {
    var server = client.getMasterUrl();
    return switch (e.getCode()) {
      case HttpURLConnection.HTTP_NOT_FOUND ->
          new ClusterException(
              Kind.UNAVAILABLE,
              "cannot %s: the cluster %s does not know FineTuneJobs; install the operator and its definition (helm install llmforge helm/llmforge-operator)"
                  .formatted(what, server));
      case HttpURLConnection.HTTP_UNAUTHORIZED, HttpURLConnection.HTTP_FORBIDDEN ->
          new ClusterException(
              Kind.NOT_ALLOWED,
              "cannot %s: the cluster %s does not allow it (%s); ask its administrator for the right"
                  .formatted(what, server, e.getMessage()));
      case 0, -1 ->
          new ClusterException(
              Kind.UNAVAILABLE,
              "cannot %s: no answer from the cluster %s (%s); check that it is up and that the kubeconfig is the right one"
                  .formatted(what, server, cause(e)));
      default ->
          new ClusterException(
              Kind.UNAVAILABLE,
              "cannot %s: the cluster %s answers %d: %s"
                  .formatted(what, server, e.getCode(), e.getMessage()));
    };
  }

  private static String cause(Throwable failure) {
    var deepest = failure;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    return Objects.requireNonNullElse(deepest.getMessage(), deepest.toString());
  }
}
