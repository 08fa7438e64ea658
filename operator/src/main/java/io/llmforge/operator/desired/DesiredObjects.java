package io.llmforge.operator.desired;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec;
import io.llmforge.operator.decide.Attempt;
import io.llmforge.operator.decide.Decision;
import io.llmforge.operator.decide.Planning;
import io.llmforge.operator.identity.Owner;
import io.llmforge.operator.identity.Stage;
import io.llmforge.operator.identity.StatusTokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What must exist once a decision is carried out. */
public final class DesiredObjects {

  private final PodDefaults defaults;
  private final StatusTokens tokens;

  /**
   * A description of everything.
   *
   * @param tokens what trainers ask of those who want to know how far they are
   */
  public DesiredObjects(PodDefaults defaults, StatusTokens tokens) {
    this.defaults = defaults;
    this.tokens = tokens;
  }

  /** Kinds of the objects beside Jobs. */
  public List<Class<? extends HasMetadata>> kinds() {
    return defaults.statusReaders().areLimited()
        ? List.of(ConfigMap.class, Service.class, PersistentVolumeClaim.class, NetworkPolicy.class)
        : List.of(ConfigMap.class, Service.class, PersistentVolumeClaim.class);
  }

  /** The objects, in the order in which they need each other. */
  public List<HasMetadata> of(Owner owner, FineTuneJobSpec spec, Decision decision) {
    return switch (decision) {
      case Decision.Train train -> ofStages(owner, spec, train, List.of(train.run().stage()));
      case Decision.Refuse refuse -> List.of();
      case Decision.Validated validated -> List.of();
      case Decision.Queue queue -> List.of();
      case Decision.Await await -> List.of();
      case Decision.Suspending suspending -> List.of();
      case Decision.Stopping stopping -> List.of();
      case Decision.BackOff backOff -> List.of();
      case Decision.Suspended suspended -> List.of();
      case Decision.Succeed succeed -> List.of();
      case Decision.Fail fail -> List.of();
      case Decision.Rest rest -> List.of();
    };
  }

  /** What would exist at the end of a run's first attempt that began with a decision. */
  public List<HasMetadata> ofAllStages(Owner owner, FineTuneJobSpec spec, Decision.Train train) {
    return ofStages(owner, spec, train, train.planning().stages());
  }

  private List<HasMetadata> ofStages(
      Owner owner, FineTuneJobSpec spec, Decision.Train train, List<Stage> stages) {
    var plan = train.planning().planOf(train.run().number());
    var order =
        new RunOrder(
            owner, spec, train.run(), plan, train.terms(), tokens.of(owner, train.run().number()));
    List<HasMetadata> objects = new ArrayList<>();
    // What an earlier plan came to is published by the plan that it had.
    if (train.planning().hash().equals(train.run().hash())) {
      objects.add(PlanConfigMap.of(order));
      HeadlessService.of(order).ifPresent(objects::add);
    }
    objects.add(WorkspaceClaim.of(order));
    if (defaults.statusReaders().areLimited()) {
      objects.add(RunNetworkPolicy.of(order, defaults.statusReaders()));
    }
    statusSecret(order, train.attempt()).ifPresent(objects::add);
    stages.forEach(stage -> objects.add(job(order.at(stage), train.planning())));
    return objects;
  }

  // Nobody may look whether it is there, so it is made with the Job that needs it and not again.
  private static Optional<Secret> statusSecret(RunOrder order, Attempt attempt) {
    return order
        .statusToken()
        .filter(token -> !(attempt instanceof Attempt.AtWork) && order.stage() != Stage.PUBLISH)
        .map(token -> StatusSecret.of(order, token));
  }

  private Job job(RunOrder order, Planning.Planned planning) {
    return switch (order.stage()) {
      case PREFLIGHT -> PreflightJob.of(order, defaults);
      case REFERENCE -> ReferenceJob.of(order, planning.reference().orElseThrow(), defaults);
      case TRAIN -> TrainJob.of(order, defaults);
      case PUBLISH -> PublishJob.of(order, defaults);
    };
  }
}
