package io.llmforge.operator.desired;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.llmforge.crds.plan.PodContract;
import java.util.Map;

/** Hands the run's token to its trainer; the operator never reads it back. */
final class StatusSecret {

  private StatusSecret() {}

  static Secret of(RunOrder order, String token) {
    return new SecretBuilder()
        .withMetadata(OwnedMetadata.ofRun(order, order.names().status()))
        .withType("Opaque")
        .withImmutable(true)
        .withStringData(Map.of(PodContract.STATUS_TOKEN_FILE, token))
        .build();
  }
}
