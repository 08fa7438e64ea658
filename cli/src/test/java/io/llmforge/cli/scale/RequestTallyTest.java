package io.llmforge.cli.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.llmforge.localcluster.LocalCluster;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RequestTallyTest {

  private final RequestTally tally = new RequestTally();

  @Test
  void writesAreCountedByMethodAndResource() {
    receive("POST", "/apis/batch/v1/namespaces/team/jobs");
    receive("POST", "/apis/batch/v1/namespaces/team/jobs");
    receive("PATCH", "/apis/llmforge.io/v1alpha1/namespaces/team/finetunejobs/one/status");
    receive("POST", "/api/v1/namespaces");
    receive("DELETE", "/api/v1/namespaces/team");
    receive("GET", "/api/v1/namespaces/team/pods");

    assertThat(tally.writes())
        .containsOnly(
            entry("POST jobs", 2L),
            entry("PATCH finetunejobs/status", 1L),
            entry("POST namespaces", 1L),
            entry("DELETE namespaces", 1L));
    assertThat(tally.reads()).isEqualTo(1);
  }

  @Test
  void whatTheClusterDoesItselfIsNotCounted() {
    tally.received("POST", List.of("api", "v1", "pods"), LocalCluster.USER_AGENT);

    assertThat(tally.writes()).isEmpty();
    assertThat(tally.reads()).isZero();
  }

  private void receive(String method, String path) {
    tally.received(method, List.of(path.substring(1).split("/")), "somebody");
  }
}
