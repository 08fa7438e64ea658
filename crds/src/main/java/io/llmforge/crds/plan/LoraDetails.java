package io.llmforge.crds.plan;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an adapter does beyond one rank and one scale for all targets, as PEFT's LoraConfig has it.
 *
 * @param overrides modules with a rank or scale of their own
 * @param selection targets that get no adapter after all
 * @param extras what is trained besides the adapter
 * @param initialValues the first values of A
 */
public record LoraDetails(
    Overrides overrides, Selection selection, Extras extras, InitialValues initialValues) {

  /** One rank and one scale, all targets, nothing else trained. */
  public static final LoraDetails NONE =
      new LoraDetails(
          new Overrides(Map.of(), Map.of()),
          new Selection(List.of(), "", List.of()),
          new Extras(Bias.NONE, List.of()),
          InitialValues.KAIMING_UNIFORM);

  public LoraDetails {
    requireNonNull(overrides, "overrides");
    requireNonNull(selection, "selection");
    requireNonNull(extras, "extras");
    requireNonNull(initialValues, "initialValues");
  }

  /**
   * Keys are regular expressions for the end of a module's name; the first that matches counts.
   *
   * @param ranks {@code rank_pattern}
   * @param alphas {@code alpha_pattern}
   */
  public record Overrides(Map<String, Integer> ranks, Map<String, Double> alphas) {
    public Overrides {
      ranks = Collections.unmodifiableMap(new LinkedHashMap<>(ranks));
      alphas = Collections.unmodifiableMap(new LinkedHashMap<>(alphas));
    }
  }

  /**
   * Narrows the targets.
   *
   * @param excludedNames modules without adapter, by the end of their name
   * @param excludedPattern a regular expression of whole names of modules without adapter; "" for
   *     none
   * @param layers numbers of the layers with adapters, from 0; empty for all
   */
  public record Selection(
      List<String> excludedNames, String excludedPattern, List<Integer> layers) {
    public Selection {
      excludedNames = List.copyOf(excludedNames);
      requireNonNull(excludedPattern, "excludedPattern");
      layers = List.copyOf(layers);
      if (!excludedNames.isEmpty() && !excludedPattern.isEmpty()) {
        throw new IllegalArgumentException("modules are excluded by names or by a pattern");
      }
    }
  }

  /**
   * Trained besides the adapter.
   *
   * @param bias which biases
   * @param modules modules whose own weights are trained, by the end of their name
   */
  public record Extras(Bias bias, List<String> modules) {
    public Extras {
      requireNonNull(bias, "bias");
      modules = List.copyOf(modules);
    }
  }

  /** Which biases are trained. */
  public enum Bias {
    /** None. */
    NONE,
    /** All of the model. */
    ALL,
    /** Those of modules with an adapter. */
    LORA_ONLY
  }

  /** The distribution that A is drawn from; B is zero. */
  public enum InitialValues {
    /** Uniform within 1 / sqrt(in). */
    KAIMING_UNIFORM,
    /** Normal with standard deviation 1 / rank. */
    GAUSSIAN
  }
}
