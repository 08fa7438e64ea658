package io.llmforge.localcluster;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toCollection;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientTimeoutException;
import io.llmforge.localcluster.control.Heartbeat;
import io.llmforge.localcluster.garbage.ResourceKind;
import io.llmforge.localcluster.node.NodeAgent;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A stay in a cluster of others: a namespace to work in, and whatever was made for it elsewhere in
 * the cluster. All of it has the label of the session, so that it goes in the end; a Lease in the
 * namespace says that the process lives, so that the next session takes away what a killed one
 * left.
 */
public final class ClusterSession implements AutoCloseable {
  /** The label of all objects of no namespace that belong to a session; its value is the name. */
  public static final String LABEL = "llmforge.io/session";

  private static final String NAME_PREFIX = "llmforge-test-";
  private static final String LEASE = "llmforge-session";
  private static final Duration DELETION_TAKES_AT_MOST = Duration.ofMinutes(2);

  private final KubernetesClient client;
  private final String name;
  private final Heartbeat heartbeat;

  private ClusterSession(KubernetesClient client, String name, Heartbeat heartbeat) {
    this.client = client;
    this.name = name;
    this.heartbeat = heartbeat;
  }

  /**
   * Begins one, after what killed ones left is gone.
   *
   * @param client stays open as long as the session
   * @throws IllegalStateException when another is in the cluster: the scheduler would give the pods
   *     of one to the node of the other
   */
  public static ClusterSession begin(KubernetesClient client, Clock clock) {
    removeLeftovers(client, clock);
    requireNoOtherNode(client);
    var name = NAME_PREFIX + UUID.randomUUID().toString().substring(0, 8);
    createNamespace(client, name);
    var lease = new ObjectMetaBuilder().withName(LEASE).withNamespace(name).build();
    return new ClusterSession(client, name, Heartbeat.start(client, lease, clock));
  }

  private static void createNamespace(KubernetesClient client, String name) {
    client
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName(name)
                .withLabels(labels(name))
                .endMetadata()
                .build())
        .create();
  }

  /** The name of the session and of its namespace. */
  public String name() {
    return name;
  }

  /** What marks an object of no namespace as the session's. */
  public Map<String, String> labels() {
    return labels(name);
  }

  /** The labels of the session that works in a namespace. */
  public static Map<String, String> labels(String namespace) {
    return Map.of(LABEL, namespace);
  }

  /** Takes everything away; pods end while their node is there. */
  @Override
  public void close() {
    heartbeat.close();
    end(client, name);
  }

  /**
   * Takes away what sessions left whose processes are gone.
   *
   * @return their names
   * @throws IllegalStateException when one of them is not over
   */
  static List<String> removeLeftovers(KubernetesClient client, Clock clock) {
    var sessions = sessions(client);
    for (var session : sessions) {
      requireOver(session, client, clock);
      abandon(client, session);
    }
    return List.copyOf(sessions);
  }

  private static Set<String> sessions(KubernetesClient client) {
    return objects(client, Optional.empty()).stream()
        .map(object -> object.getMetadata().getLabels().get(LABEL))
        .collect(toCollection(TreeSet::new));
  }

  private static void requireOver(String session, KubernetesClient client, Clock clock) {
    var namespace = client.namespaces().withName(session).get();
    if (namespace == null || namespace.getMetadata().getDeletionTimestamp() != null) {
      return;
    }
    var leases = client.leases().inNamespace(session).withName(LEASE);
    @Nullable Lease seen = leases.get();
    var silence = Duration.between(lastSign(namespace, seen), clock.instant());
    var patience = Heartbeat.LONGEST_SILENCE.minus(silence);
    if (patience.isNegative()) {
      return;
    }
    try {
      leases.waitUntilCondition(
          lease -> !renewed(lease).equals(renewed(seen)),
          Math.min(patience.toMillis(), Heartbeat.LONGEST_SILENCE.toMillis()),
          TimeUnit.MILLISECONDS);
    } catch (KubernetesClientTimeoutException e) {
      return;
    }
    if (leases.get() != null) {
      throw new IllegalStateException(
          "%s of another run is in the cluster, and its process is at work: run one at a time"
              .formatted(session));
    }
  }

  private static Instant lastSign(Namespace namespace, @Nullable Lease lease) {
    return renewed(lease)
        .orElseGet(() -> Instant.parse(namespace.getMetadata().getCreationTimestamp()));
  }

  private static Optional<Instant> renewed(@Nullable Lease lease) {
    return Optional.ofNullable(lease)
        .flatMap(present -> Optional.ofNullable(present.getSpec().getRenewTime()))
        .map(time -> time.toInstant());
  }

  private static void requireNoOtherNode(KubernetesClient client) {
    var others = client.nodes().withLabel(NodeAgent.LABEL).list().getItems();
    if (!others.isEmpty()) {
      throw new IllegalStateException(
          "node %s of a local cluster is in the cluster and would get pods of ours: stop it first, and delete the node when its process is gone"
              .formatted(
                  others.stream()
                      .map(node -> node.getMetadata().getName())
                      .collect(joining(", "))));
    }
  }

  /** Nobody ends the pods of a node that is gone, so they end at once. */
  private static void abandon(KubernetesClient client, String session) {
    client.nodes().withLabel(LABEL, session).delete();
    for (var namespace : namespaces(client, session)) {
      client.namespaces().withName(namespace).delete();
      client.pods().inNamespace(namespace).withGracePeriod(0).delete();
    }
    end(client, session);
  }

  private static void end(KubernetesClient client, String session) {
    for (var namespace : namespaces(client, session)) {
      client
          .namespaces()
          .withName(namespace)
          .withTimeout(DELETION_TAKES_AT_MOST.toSeconds(), TimeUnit.SECONDS)
          .delete();
    }
    for (var object : objects(client, Optional.of(session))) {
      client
          .resource(object)
          .withTimeout(DELETION_TAKES_AT_MOST.toSeconds(), TimeUnit.SECONDS)
          .delete();
    }
  }

  private static List<String> namespaces(KubernetesClient client, String session) {
    return client.namespaces().withLabel(LABEL, session).list().getItems().stream()
        .map(namespace -> namespace.getMetadata().getName())
        .toList();
  }

  /** The objects of no namespace that are a session's, or of all sessions. */
  private static List<GenericKubernetesResource> objects(
      KubernetesClient client, Optional<String> session) {
    return ResourceKind.servedBy(client).stream()
        .filter(kind -> !kind.isNamespaced())
        .map(kind -> client.genericKubernetesResources(kind.context()))
        .flatMap(
            all ->
                session
                    .map(value -> all.withLabel(LABEL, value))
                    .orElseGet(() -> all.withLabel(LABEL))
                    .list()
                    .getItems()
                    .stream())
        .toList();
  }
}
