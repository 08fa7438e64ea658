package io.llmforge.crds.plan;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/** What is learned. One record per LLMForge task that this version can train. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "task")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Objective.CausalLm.class, name = "causal_lm"),
  @JsonSubTypes.Type(value = Objective.InstructionTuning.class, name = "instruction_tuning"),
  @JsonSubTypes.Type(value = Objective.Classification.class, name = "classification"),
  @JsonSubTypes.Type(value = Objective.PreferenceTuning.class, name = "preference_tuning")
})
public sealed interface Objective {

  /** How the messages of a row become text. */
  TextFormat textFormat();

  /** Next-token prediction on every token of every message. */
  record CausalLm(TextFormat textFormat) implements Objective {
    public CausalLm {
      requireNonNull(textFormat, "textFormat");
    }
  }

  /** Next-token prediction on the tokens of the assistant's turns. */
  record InstructionTuning(TextFormat textFormat) implements Objective {
    public InstructionTuning {
      requireNonNull(textFormat, "textFormat");
    }
  }

  /**
   * One label of a closed set, learned at the position that predicts it in the last assistant turn.
   *
   * @param labels the labels; each becomes one token, in this order
   * @param metrics what an evaluation reports
   */
  record Classification(
      TextFormat textFormat, List<String> labels, List<ClassificationMetric> metrics)
      implements Objective {
    public Classification {
      requireNonNull(textFormat, "textFormat");
      labels = List.copyOf(labels);
      metrics = List.copyOf(metrics);
      if (labels.size() < 2 || labels.stream().distinct().count() != labels.size()) {
        throw new IllegalArgumentException("labels must be two or more, all different: " + labels);
      }
    }
  }

  /** What an evaluation of labels reports. */
  enum ClassificationMetric {
    @JsonProperty("accuracy")
    ACCURACY,
    @JsonProperty("f1")
    F1,
    @JsonProperty("prauc")
    PRAUC
  }

  /**
   * Direct preference optimisation (Rafailov et al. 2023): the chosen answer against the rejected
   * one, relative to the model that training starts from.
   *
   * @param loss the loss of a pair
   * @param reference where the starting model's log-probabilities come from
   */
  record PreferenceTuning(TextFormat textFormat, PreferenceLoss loss, ReferencePlan reference)
      implements Objective {
    public PreferenceTuning {
      requireNonNull(textFormat, "textFormat");
      requireNonNull(loss, "loss");
      requireNonNull(reference, "reference");
    }
  }

  /**
   * The loss of a pair, a function of {@code delta = (log p(chosen) - ref) - (log p(rejected) -
   * ref)}.
   *
   * @param kind which function
   * @param beta how firmly the model is held to the one it starts from
   * @param labelSmoothing share of pairs assumed to be labelled the wrong way round, in [0, 0.5)
   */
  record PreferenceLoss(Kind kind, double beta, double labelSmoothing) {
    public PreferenceLoss {
      requireNonNull(kind, "kind");
      if (!(beta > 0 && Double.isFinite(beta))) {
        throw new IllegalArgumentException("beta must be a positive number, was " + beta);
      }
      if (!(labelSmoothing >= 0 && labelSmoothing < 0.5)) {
        throw new IllegalArgumentException(
            "labelSmoothing must be in [0, 0.5), was " + labelSmoothing);
      }
    }

    /** Named as TRL names them. */
    public enum Kind {
      /** {@code -log sigmoid(beta delta)}; with label smoothing the conservative form (cDPO). */
      @JsonProperty("sigmoid")
      SIGMOID,
      /** The unbiased form under label noise (Chowdhury et al. 2024). */
      @JsonProperty("robust")
      ROBUST,
      /** {@code max(0, 1 - beta delta)}. */
      @JsonProperty("hinge")
      HINGE,
      /** Identity preference optimisation (Azar et al. 2023), normalised by length. */
      @JsonProperty("ipo")
      IPO
    }
  }

  /**
   * How the starting model's log-probabilities are computed: by workers of their own, before and
   * while training reads them.
   *
   * @param folder where the shards lie, keyed by what they were computed from
   * @param shards how many workers share the rows: worker {@code i} scores rows {@code i, i +
   *     shards, ...}
   * @param pairsPerBatch pairs of one forward pass
   */
  record ReferencePlan(Location folder, int shards, int pairsPerBatch) {
    public ReferencePlan {
      requireNonNull(folder, "folder");
      if (shards < 1 || pairsPerBatch < 1) {
        throw new IllegalArgumentException(
            "no reference of %d shards with %d pairs per batch".formatted(shards, pairsPerBatch));
      }
    }
  }
}
