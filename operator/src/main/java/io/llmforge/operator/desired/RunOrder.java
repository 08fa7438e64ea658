package io.llmforge.operator.desired;

import static java.util.Objects.requireNonNull;

import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.operator.decide.RunState;
import io.llmforge.operator.identity.Owner;
import io.llmforge.operator.identity.RunNames;
import io.llmforge.operator.identity.Stage;

/**
 * The run whose objects are described.
 *
 * @param owner the FineTuneJob
 * @param spec its spec
 * @param run the run and its present stage and attempt
 * @param plan the run's plan
 */
record RunOrder(Owner owner, FineTuneJobSpec spec, RunState run, TrainingPlan plan) {
  RunOrder {
    requireNonNull(owner, "owner");
    requireNonNull(spec, "spec");
    requireNonNull(run, "run");
    requireNonNull(plan, "plan");
  }

  RunOrder at(Stage stage) {
    return new RunOrder(owner, spec, run.at(stage), plan);
  }

  Stage stage() {
    return run.stage();
  }

  RunNames names() {
    return new RunNames(owner.name(), run.number());
  }
}
