package io.llmforge.localcluster.api;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.llmforge.localcluster.ClusterSession;
import io.llmforge.localcluster.ClusterSource;
import java.time.Clock;
import java.util.Optional;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The cluster a contract is checked on: an embedded one, or with {@code
 * -Dllmforge.cluster=external} the one that KUBECONFIG names. Each test class works in a namespace
 * of its own.
 */
final class ContractCluster implements BeforeAllCallback, AfterAllCallback {
  private Optional<KubernetesApiServer> server = Optional.empty();
  private Optional<KubernetesClient> client = Optional.empty();
  private Optional<ClusterSession> session = Optional.empty();
  private String namespace = "default";

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    switch (ClusterSource.chosen()) {
      case ClusterSource.Embedded embedded -> {
        KubernetesApiServer started =
            KubernetesApiServer.start(ApiServerOptions.inMemory(Clock.systemUTC()));
        server = Optional.of(started);
        connect(Config.fromKubeconfig(started.kubeconfig()));
      }
      case ClusterSource.Named named -> {
        connect(Config.fromKubeconfig(named.kubeconfig().toFile()));
        ClusterSession begun = ClusterSession.begin(client(), Clock.systemUTC());
        session = Optional.of(begun);
        namespace = begun.name();
      }
    }
  }

  private void connect(Config config) {
    config.setRequestRetryBackoffLimit(0);
    client = Optional.of(new KubernetesClientBuilder().withConfig(config).build());
  }

  KubernetesClient client() {
    return client.orElseThrow();
  }

  String namespace() {
    return namespace;
  }

  /** The failure of a request that must not work. */
  static KubernetesClientException refusal(ThrowingCallable request) {
    return Assertions.catchThrowableOfType(KubernetesClientException.class, request);
  }

  /** The value at a path of an object; null when there is none. */
  static Object at(GenericKubernetesResource object, Object... path) {
    return object.get(path);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    session.ifPresent(ClusterSession::close);
    client.ifPresent(KubernetesClient::close);
    server.ifPresent(KubernetesApiServer::close);
  }
}
