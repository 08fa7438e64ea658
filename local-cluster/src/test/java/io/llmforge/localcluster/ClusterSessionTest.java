package io.llmforge.localcluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.llmforge.localcluster.node.NodeAgent;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a session leaves, and what the next one takes away. */
final class ClusterSessionTest {
  private static final Clock CLOCK = Clock.systemUTC();
  private static final String OLD = "llmforge-test-old";
  private static final CustomResourceDefinition KITES =
      Serialization.unmarshal(
          """
          apiVersion: apiextensions.k8s.io/v1
          kind: CustomResourceDefinition
          metadata: {name: kites.session.llmforge.io}
          spec:
            group: session.llmforge.io
            scope: Namespaced
            names: {plural: kites, kind: Kite, singular: kite}
            versions:
            - name: v1
              served: true
              storage: true
              schema: {openAPIV3Schema: {type: object}}
          """,
          CustomResourceDefinition.class);

  @TempDir static Path folder;
  private static LocalCluster cluster;
  private static KubernetesClient client;

  @BeforeAll
  static void startCluster() throws Exception {
    cluster = LocalCluster.start(LocalClusterOptions.in(folder).withoutNode());
    client = cluster.client();
  }

  @AfterAll
  static void stopCluster() {
    cluster.close();
  }

  @Test
  void whatAKilledSessionLeftGoesBeforeTheNextBegins() {
    create(namespace(OLD));
    create(namespace(OLD + "-second"));
    create(
        new LeaseBuilder()
            .withNewMetadata()
            .withName("llmforge-session")
            .withNamespace(OLD)
            .endMetadata()
            .withNewSpec()
            .withRenewTime(Instant.now(CLOCK).minusSeconds(3600).atZone(ZoneOffset.UTC))
            .endSpec()
            .build());
    create(
        new NodeBuilder()
            .withNewMetadata()
            .withName("llmforge-" + OLD)
            .addToLabels(ClusterSession.labels(OLD))
            .addToLabels(NodeAgent.LABEL, "process")
            .endMetadata()
            .build());
    create(
        new PodBuilder()
            .withNewMetadata()
            .withName("left")
            .withNamespace(OLD)
            .endMetadata()
            .withNewSpec()
            .withNodeName("llmforge-" + OLD)
            .addNewContainer()
            .withName("main")
            .withImage("shell")
            .endContainer()
            .endSpec()
            .build());
    create(
        new ClusterRoleBuilder()
            .withNewMetadata()
            .withName("left")
            .addToLabels(ClusterSession.labels(OLD))
            .endMetadata()
            .build());
    create(new ClusterRoleBuilder().withNewMetadata().withName("of-others").endMetadata().build());

    try (ClusterSession session = ClusterSession.begin(client, CLOCK)) {
      assertThat(client.namespaces().list().getItems())
          .extracting(namespace -> namespace.getMetadata().getName())
          .contains("default", session.name())
          .doesNotContain(OLD, OLD + "-second");
      assertThat(client.nodes().list().getItems()).isEmpty();
      assertThat(client.pods().inAnyNamespace().list().getItems()).isEmpty();
      assertThat(client.rbac().clusterRoles().withName("left").get()).isNull();
      assertThat(client.rbac().clusterRoles().withName("of-others").get()).isNotNull();
    }
  }

  @Test
  void sessionTakesItsOwnAway() {
    String name;
    try (ClusterSession session = ClusterSession.begin(client, CLOCK)) {
      name = session.name();
      create(
          new ClusterRoleBuilder()
              .withNewMetadata()
              .withName("mine")
              .addToLabels(session.labels())
              .endMetadata()
              .build());
      create(
          new ConfigMapBuilder()
              .withNewMetadata()
              .withName("mine")
              .withNamespace(name)
              .endMetadata()
              .build());
    }

    assertThat(client.namespaces().withName(name).get()).isNull();
    assertThat(client.rbac().clusterRoles().withName("mine").get()).isNull();
  }

  @Test
  void sessionAtWorkIsLeftAlone() {
    try (ClusterSession session = ClusterSession.begin(client, CLOCK)) {
      assertThatThrownBy(() -> ClusterSession.begin(client, CLOCK))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              session.name()
                  + " of another run is in the cluster, and its process is at work: run one at a time");

      assertThat(client.namespaces().withName(session.name()).get()).isNotNull();
    }
  }

  @Test
  void definitionGoesOnceNobodyUsesIt() {
    Definitions.define(client, KITES);
    GenericKubernetesResource kite =
        Serialization.unmarshal(
            """
            apiVersion: session.llmforge.io/v1
            kind: Kite
            metadata: {name: red, namespace: default}
            """,
            GenericKubernetesResource.class);
    create(kite);

    assertThat(Definitions.forget(client)).isEmpty();
    client.resource(kite).delete();
    Definitions.define(client, KITES);
    assertThat(Definitions.forget(client)).containsExactly("kites.session.llmforge.io");
    assertThat(Definitions.forget(client)).isEmpty();
  }

  @Test
  void definitionOfOthersStays() {
    client.resource(KITES).create();

    Definitions.define(client, KITES);

    assertThat(Definitions.forget(client)).isEmpty();
    client.resource(KITES).delete();
  }

  private static HasMetadata namespace(String name) {
    return new NamespaceBuilder()
        .withNewMetadata()
        .withName(name)
        .withLabels(ClusterSession.labels(OLD))
        .endMetadata()
        .build();
  }

  private static void create(HasMetadata object) {
    client.resource(object).create();
  }
}
