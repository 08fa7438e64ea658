package io.llmforge.localcluster.api;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
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
  private String namespace = "";

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    Config config = Config.autoConfigure(null);
    if (!"external".equals(System.getProperty("llmforge.cluster"))) {
      KubernetesApiServer started =
          KubernetesApiServer.start(ApiServerOptions.inMemory(Clock.systemUTC()));
      server = Optional.of(started);
      config = Config.fromKubeconfig(started.kubeconfig());
    }
    config.setRequestRetryBackoffLimit(0);
    client = Optional.of(new KubernetesClientBuilder().withConfig(config).build());
    namespace =
        client()
            .namespaces()
            .resource(
                new NamespaceBuilder()
                    .withNewMetadata()
                    .withGenerateName("contract-")
                    .endMetadata()
                    .build())
            .create()
            .getMetadata()
            .getName();
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
    client.ifPresent(
        c -> {
          c.namespaces().withName(namespace).delete();
          c.close();
        });
    server.ifPresent(KubernetesApiServer::close);
  }
}
