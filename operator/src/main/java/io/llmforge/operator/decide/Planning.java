package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNull;

import io.llmforge.crds.config.Finding;
import io.llmforge.crds.plan.Objective;
import io.llmforge.crds.plan.Objective.ReferencePlan;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.crds.plan.TrainingPlan.RunIdentity;
import io.llmforge.operator.identity.Stage;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What became of the wish for a plan. */
public sealed interface Planning {

  /** Everything worth saying about the config. */
  List<Finding> findings();

  /**
   * It can be trained.
   *
   * @param plan plan of the first run; {@link #planOf} has that of any other
   * @param hash {@code sha256:} of the plan without the run's number: equal hashes train the same
   * @param findings no errors
   */
  record Planned(TrainingPlan plan, String hash, List<Finding> findings) implements Planning {
    public Planned {
      requireNonNull(plan, "plan");
      requireNonNull(hash, "hash");
      findings = List.copyOf(findings);
    }

    /** The stages of its runs, in their order. */
    public List<Stage> stages() {
      return Arrays.stream(Stage.values()).filter(this::needs).toList();
    }

    /** The stage that follows one; none follows the last. */
    public Optional<Stage> after(Stage stage) {
      return stages().stream().filter(later -> later.compareTo(stage) > 0).findFirst();
    }

    private boolean needs(Stage stage) {
      return switch (stage) {
        case PREFLIGHT, TRAIN -> true;
        case REFERENCE -> reference().isPresent();
        case PUBLISH -> plan.remoteOutput().isPresent();
      };
    }

    /** How the starting model's log-probabilities are computed, when the objective needs them. */
    public Optional<ReferencePlan> reference() {
      return switch (plan.objective()) {
        case Objective.PreferenceTuning preference -> Optional.of(preference.reference());
        case Objective.CausalLm causal -> Optional.empty();
        case Objective.InstructionTuning instruction -> Optional.empty();
        case Objective.Classification classification -> Optional.empty();
      };
    }

    public TrainingPlan planOf(int run) {
      var identity = new RunIdentity(plan.run().namespace(), plan.run().name(), run);
      return new TrainingPlan(
          plan.schemaVersion(),
          identity,
          plan.objective(),
          plan.model(),
          plan.data(),
          plan.sequence(),
          plan.tuning(),
          plan.optimizer(),
          plan.batch(),
          plan.duration(),
          plan.evaluation(),
          plan.output(),
          plan.precision(),
          plan.seed(),
          plan.tracking());
    }
  }

  /**
   * It cannot.
   *
   * @param reason what kind of mistake; the gravest when there are several
   * @param findings at least one error
   */
  record Refused(Reason reason, List<Finding> findings) implements Planning {
    public Refused {
      requireNonNull(reason, "reason");
      findings = List.copyOf(findings);
    }
  }
}
