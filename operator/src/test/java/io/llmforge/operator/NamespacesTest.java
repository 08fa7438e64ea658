package io.llmforge.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.localcluster.ClusterSession;
import io.llmforge.localcluster.ClusterSource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** The application when it is told which namespaces are its. */
@Tag("cluster")
@QuarkusTest
@DisabledIfSystemProperty(
    named = ClusterSource.PROPERTY,
    matches = ClusterSource.EXTERNAL,
    disabledReason =
        "Quarkus keeps its cluster until all tests have ended, and one at a time has it")
@WithTestResource(NamespacesResource.class)
class NamespacesTest {

  @Test
  void otherNamespacesAreLeftAlone() {
    String own = ClusterResource.client().getNamespace();
    for (String suffix : new String[] {"elsewhere", "first", "second"}) {
      String namespace = own + "-" + suffix;
      ClusterResource.client()
          .resource(
              new NamespaceBuilder()
                  .withNewMetadata()
                  .withName(namespace)
                  .withLabels(ClusterSession.labels(own))
                  .endMetadata()
                  .build())
          .create();
      FineTuneJob job =
          JobFixture.manifest("refused", JobFixture.config().put("model_id", "ftp://host/model"));
      job.getMetadata().setNamespace(namespace);
      ClusterResource.client().resource(job).create();
    }

    for (String suffix : new String[] {"first", "second"}) {
      String namespace = own + "-" + suffix;
      await()
          .atMost(FineTuneJobs.PATIENCE)
          .until(
              () ->
                  stored(namespace).getStatus() != null
                      && stored(namespace).getStatus().phase() == Phase.Failed);
    }
    assertThat(stored(own + "-elsewhere").getStatus()).isNull();
  }

  private static FineTuneJob stored(String namespace) {
    return ClusterResource.client()
        .resources(FineTuneJob.class)
        .inNamespace(namespace)
        .withName("refused")
        .get();
  }
}
