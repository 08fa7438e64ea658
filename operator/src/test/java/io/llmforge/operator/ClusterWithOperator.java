package io.llmforge.operator;

import static java.util.Objects.requireNonNull;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.llmforge.localcluster.LocalCluster;
import io.llmforge.operator.decide.QuotaQueue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A cluster for a class of tests, and an operator for each of them. Pods run a trainer that does as
 * it is told.
 */
final class ClusterWithOperator
    implements BeforeAllCallback, AfterAllCallback, BeforeEachCallback, AfterEachCallback {

  private Path folder;
  private LocalCluster cluster;
  private FakeTrainer trainer;
  private OperatorFixture operator;

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    folder = Files.createTempDirectory("operator");
    trainer = FakeTrainer.in(folder.resolve("trainer"));
    cluster = ClusterSetup.start(folder.resolve("cluster"), trainer.image());
    ClusterSetup.install(cluster);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    startOperator();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    stopOperator();
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException {
    if (cluster != null) {
      cluster.close();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  LocalCluster cluster() {
    return requireNonNull(cluster);
  }

  KubernetesClient client() {
    return cluster().client();
  }

  FineTuneJobs jobs() {
    return new FineTuneJobs(client());
  }

  FakeTrainer trainer() {
    return requireNonNull(trainer);
  }

  void startOperator() {
    operator = OperatorFixture.start(client());
  }

  /** One that reserves quota as a test says. */
  void startOperator(QuotaQueue queue) {
    startOperator(client(), queue);
  }

  /** One that talks to the cluster by another client. */
  void startOperator(KubernetesClient client) {
    operator = OperatorFixture.start(client);
  }

  void startOperator(KubernetesClient client, QuotaQueue queue) {
    operator = OperatorFixture.start(client, queue);
  }

  /** Nothing where it has stopped already. */
  void stopOperator() {
    if (operator != null) {
      operator.close();
      operator = null;
    }
  }
}
