package io.llmforge.trainer.model;

import static java.util.Objects.requireNonNull;

import io.llmforge.trainer.checkpoint.AdapterDetails;
import java.util.List;

/** Which weights are trained. */
public sealed interface Tuning {

  /** Every weight of the model. */
  record FullParameter() implements Tuning {}

  /**
   * Low-rank adapters as PEFT means them (Hu et al. 2021): {@code y = W x + s B A drop(x)}.
   *
   * @param rank rows of A, columns of B
   * @param alpha {@code s = alpha / rank}, rank-stabilised {@code s = alpha / sqrt(rank)}
   * @param dropout probability that an input of A is dropped, in [0, 1)
   * @param targets which modules get an adapter
   * @param rankStabilised rsLoRA scaling
   * @param details what differs between modules, and what else is trained
   * @param initialValues what A is drawn from
   */
  record Lora(
      int rank,
      double alpha,
      double dropout,
      LoraTargets targets,
      boolean rankStabilised,
      AdapterDetails details,
      InitialValues initialValues)
      implements Tuning {
    public Lora {
      if (rank < 1) {
        throw new IllegalArgumentException("LoRA rank must be at least 1, was " + rank);
      }
      if (!(dropout >= 0 && dropout < 1)) {
        throw new IllegalArgumentException("LoRA dropout must be in [0, 1), was " + dropout);
      }
      requireNonNull(targets, "targets");
    }

    /** Plain LoRA: the same for all targets. */
    public Lora(
        int rank, double alpha, double dropout, LoraTargets targets, boolean rankStabilised) {
      this(
          rank,
          alpha,
          dropout,
          targets,
          rankStabilised,
          AdapterDetails.NONE,
          InitialValues.KAIMING_UNIFORM);
    }

    int rankOf(String module) {
      return details.overrides().rank(module, rank);
    }

    /** s in {@code s B A}. */
    public double scaleOf(String module) {
      var ownRank = rankOf(module);
      var ownAlpha = details.overrides().alpha(module, alpha);
      return rankStabilised ? ownAlpha / Math.sqrt(ownRank) : ownAlpha / ownRank;
    }
  }

  /** The distribution that A of a linear module is drawn from; its B is zero. */
  enum InitialValues {
    /** Uniform within 1 / sqrt(in): Kaiming's with a = sqrt 5. */
    KAIMING_UNIFORM,
    /** Normal with standard deviation 1 / rank. */
    GAUSSIAN
  }

  /** Which modules get an adapter. */
  sealed interface LoraTargets {

    /**
     * Modules whose dotted name equals one of these or ends in a dot and one of these.
     *
     * @param names such as {@code q_proj}; not empty
     */
    record Names(List<String> names) implements LoraTargets {
      public Names {
        names = List.copyOf(names);
        if (names.isEmpty()) {
          throw new IllegalArgumentException("LoRA needs at least one target module");
        }
      }
    }

    /**
     * Modules whose whole dotted name matches.
     *
     * @param regularExpression a regular expression
     */
    record Pattern(String regularExpression) implements LoraTargets {
      public Pattern {
        requireNonNull(regularExpression, "regularExpression");
      }
    }

    /** Every linear module except the output head. */
    record AllLinear() implements LoraTargets {}

    /** PEFT's choice for a family: {@code q_proj} and {@code v_proj}, or what holds both. */
    record FamilyDefault() implements LoraTargets {}
  }
}
