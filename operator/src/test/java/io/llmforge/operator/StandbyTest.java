package io.llmforge.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.localcluster.ClusterSource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** The application while another operator has the lease. */
@Tag("cluster")
@QuarkusTest
@DisabledIfSystemProperty(
    named = ClusterSource.PROPERTY,
    matches = ClusterSource.EXTERNAL,
    disabledReason =
        "Quarkus keeps its cluster until all tests have ended, and one at a time has it")
@WithTestResource(StandbyResource.class)
class StandbyTest {

  @TestHTTPResource("/q/health/ready")
  URI readiness;

  // A Deployment that is rolled out waits for the new pod, and the new pod for the lease.
  @Test
  void standbyIsReadyAndWorksOnceTheLeaseIsFree() throws Exception {
    FineTuneJobs jobs = new FineTuneJobs(StandbyResource.client());
    assertThat(ready()).isEqualTo(200);
    jobs.apply("waiting", JobFixture.config().put("model_id", "ftp://host/model"));
    assertThat(holder()).isEqualTo("another");
    assertThat(jobs.status("waiting")).isNull();

    StandbyResource.client()
        .leases()
        .inNamespace(StandbyResource.client().getNamespace())
        .withName(StandbyResource.LEASE)
        .edit(
            lease -> {
              lease.getSpec().setLeaseDurationSeconds(1);
              return lease;
            });

    jobs.awaitPhase("waiting", Phase.Failed);
    await().atMost(FineTuneJobs.PATIENCE).until(() -> !holder().equals("another"));
    assertThat(ready()).isEqualTo(200);
  }

  private static String holder() {
    return StandbyResource.client()
        .leases()
        .inNamespace(StandbyResource.client().getNamespace())
        .withName(StandbyResource.LEASE)
        .get()
        .getSpec()
        .getHolderIdentity();
  }

  private int ready() throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(HttpRequest.newBuilder(readiness).build(), HttpResponse.BodyHandlers.discarding())
          .statusCode();
    }
  }
}
