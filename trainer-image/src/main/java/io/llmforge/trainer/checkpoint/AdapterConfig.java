package io.llmforge.trainer.checkpoint;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What {@code adapter_config.json} says about a LoRA adapter.
 *
 * @param baseModel name or path of the model it was trained on
 * @param rank {@code r}
 * @param alpha {@code lora_alpha}
 * @param dropout {@code lora_dropout}
 * @param rankStabilised {@code use_rslora}
 * @param targets {@code target_modules}
 * @param trainedTokens {@code trainable_token_indices}, by the last part of the module's name
 */
public record AdapterConfig(
    String baseModel,
    int rank,
    double alpha,
    double dropout,
    boolean rankStabilised,
    Targets targets,
    Map<String, List<Integer>> trainedTokens) {

  public AdapterConfig {
    requireNonNull(baseModel, "baseModel");
    requireNonNull(targets, "targets");
    trainedTokens = Collections.unmodifiableMap(new TreeMap<>(trainedTokens));
  }

  /** An adapter that trains no rows of single tokens. */
  public AdapterConfig(
      String baseModel,
      int rank,
      double alpha,
      double dropout,
      boolean rankStabilised,
      Targets targets) {
    this(baseModel, rank, alpha, dropout, rankStabilised, targets, Map.of());
  }

  public AdapterConfig withTrainedTokens(Map<String, List<Integer>> tokens) {
    return new AdapterConfig(baseModel, rank, alpha, dropout, rankStabilised, targets, tokens);
  }

  /** PEFT's two forms of naming modules. */
  public sealed interface Targets {

    /** Written sorted, so that equal adapters are equal files. */
    record Suffixes(List<String> names) implements Targets {
      public Suffixes {
        names = names.stream().sorted().distinct().toList();
      }
    }

    /** A regular expression that matches whole module names. */
    record Expression(String regularExpression) implements Targets {}
  }
}
