package io.llmforge.operator.desired;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec;
import io.llmforge.operator.decide.Decision;
import io.llmforge.operator.identity.Owner;
import java.util.List;

/** What must exist once a decision is carried out. */
public final class DesiredObjects {

  private final PodDefaults defaults;

  public DesiredObjects(PodDefaults defaults) {
    this.defaults = defaults;
  }

  /** The objects, in the order in which they need each other. */
  public List<HasMetadata> of(Owner owner, FineTuneJobSpec spec, Decision decision) {
    return switch (decision) {
      case Decision.Train train -> {
        var plan = train.planning().planOf(train.run().number());
        yield ofRun(new RunOrder(owner, spec, train.run(), plan));
      }
      case Decision.Refuse refuse -> List.of();
      case Decision.OnlyValidate onlyValidate -> List.of();
      case Decision.Await await -> List.of();
      case Decision.Succeed succeed -> List.of();
      case Decision.Fail fail -> List.of();
      case Decision.Rest rest -> List.of();
    };
  }

  private List<HasMetadata> ofRun(RunOrder order) {
    return List.of(
        PlanConfigMap.of(order),
        HeadlessService.of(order),
        WorkspaceClaim.of(order),
        AttemptJob.of(order, defaults));
  }
}
