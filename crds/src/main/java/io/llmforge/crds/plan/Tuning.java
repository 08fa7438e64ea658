package io.llmforge.crds.plan;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/** Which weights are trained. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "method")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Tuning.FullParameter.class, name = "full"),
  @JsonSubTypes.Type(value = Tuning.Lora.class, name = "lora")
})
public sealed interface Tuning {

  /** Every weight of the model. */
  record FullParameter() implements Tuning {}

  /**
   * Low-rank adapters as PEFT means them (Hu et al. 2021): {@code y = Wx + s·B(A·drop(x))}.
   *
   * @param rank rows of A, columns of B
   * @param alpha scale: {@code s = alpha / rank}, with rsLoRA {@code alpha / sqrt(rank)}
   * @param dropout probability that an input of A is dropped, in [0, 1)
   * @param targets which linear modules get an adapter
   * @param rankStabilised rsLoRA scaling
   * @param details what differs between modules, and what else is trained
   */
  record Lora(
      int rank,
      double alpha,
      double dropout,
      Targets targets,
      boolean rankStabilised,
      LoraDetails details)
      implements Tuning {
    public Lora {
      if (rank < 1) {
        throw new IllegalArgumentException("LoRA rank must be at least 1, was " + rank);
      }
      if (!(dropout >= 0 && dropout < 1)) {
        throw new IllegalArgumentException("LoRA dropout must be in [0, 1), was " + dropout);
      }
      requireNonNull(targets, "targets");
      requireNonNull(details, "details");
    }

    /** Plain LoRA: the same for all targets. */
    public Lora(int rank, double alpha, double dropout, Targets targets, boolean rankStabilised) {
      this(rank, alpha, dropout, targets, rankStabilised, LoraDetails.NONE);
    }
  }

  /** Which modules get an adapter. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "by")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Targets.Names.class, name = "names"),
    @JsonSubTypes.Type(value = Targets.Pattern.class, name = "pattern"),
    @JsonSubTypes.Type(value = Targets.AllLinear.class, name = "all-linear"),
    @JsonSubTypes.Type(value = Targets.FamilyDefault.class, name = "family-default")
  })
  sealed interface Targets {

    /**
     * Modules whose dotted name equals one of these or ends in a dot and one of these.
     *
     * @param names module names such as {@code q_proj}; not empty
     */
    record Names(List<String> names) implements Targets {
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
    record Pattern(String regularExpression) implements Targets {
      public Pattern {
        requireNonNull(regularExpression, "regularExpression");
      }
    }

    /** Every linear module except the output head. */
    record AllLinear() implements Targets {}

    /** Those of the model's family: {@code qkv_proj} where it is one matrix, q_proj and v_proj. */
    record FamilyDefault() implements Targets {}
  }
}
