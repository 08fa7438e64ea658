package io.llmforge.operator.desired;

import static java.util.Objects.requireNonNull;

import io.llmforge.crds.api.v1alpha1.FineTuneJobSpec;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.operator.decide.AttemptTerms;
import io.llmforge.operator.decide.RunState;
import io.llmforge.operator.identity.Owner;
import io.llmforge.operator.identity.RunNames;
import io.llmforge.operator.identity.Stage;
import java.util.Optional;

/**
 * The run whose objects are described.
 *
 * @param owner the FineTuneJob
 * @param spec its spec
 * @param run the run and its present stage and attempt
 * @param plan the run's plan
 * @param terms what the attempt has besides
 * @param statusToken what its trainer asks of those who want to know how far it is, if anything
 */
record RunOrder(
    Owner owner,
    FineTuneJobSpec spec,
    RunState run,
    TrainingPlan plan,
    AttemptTerms terms,
    Optional<String> statusToken) {
  RunOrder {
    requireNonNull(owner, "owner");
    requireNonNull(spec, "spec");
    requireNonNull(run, "run");
    requireNonNull(plan, "plan");
    requireNonNull(terms, "terms");
    requireNonNull(statusToken, "statusToken");
  }

  RunOrder at(Stage stage) {
    return new RunOrder(owner, spec, run.at(stage), plan, terms, statusToken);
  }

  Stage stage() {
    return run.stage();
  }

  RunNames names() {
    return new RunNames(owner.name(), run.number());
  }
}
