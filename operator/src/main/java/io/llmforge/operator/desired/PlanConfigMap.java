package io.llmforge.operator.desired;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.llmforge.crds.plan.PlanJson;
import io.llmforge.crds.plan.PodContract;

/** plan.json. Immutable: every attempt of a run follows the same plan. */
final class PlanConfigMap {

  private PlanConfigMap() {}

  static ConfigMap of(RunOrder order) {
    return new ConfigMapBuilder()
        .withMetadata(OwnedMetadata.ofRun(order, order.names().plan()))
        .withImmutable(true)
        .addToData(PodContract.PLAN_FILE, PlanJson.writeIndented(order.plan()))
        .build();
  }
}
