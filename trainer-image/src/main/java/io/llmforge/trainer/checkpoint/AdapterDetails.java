package io.llmforge.trainer.checkpoint;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What an adapter does beyond one rank and one scale for all targets, in PEFT's terms.
 *
 * @param overrides modules with a rank or scale of their own
 * @param selection targets that get no adapter after all
 * @param extras what is trained besides the adapter
 */
public record AdapterDetails(Overrides overrides, Selection selection, Extras extras) {

  /** One rank and one scale, all targets, nothing else trained. */
  public static final AdapterDetails NONE =
      new AdapterDetails(
          new Overrides(Map.of(), Map.of()),
          new Selection(new AdapterConfig.Targets.Suffixes(List.of()), List.of()),
          new Extras(Bias.NONE, List.of()));

  public AdapterDetails {
    requireNonNull(overrides, "overrides");
    requireNonNull(selection, "selection");
    requireNonNull(extras, "extras");
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

    public int rank(String module, int otherwise) {
      return value(ranks, module, otherwise);
    }

    public double alpha(String module, double otherwise) {
      return value(alphas, module, otherwise);
    }

    /** Keys of both that no module bears. */
    public List<String> unused(List<String> modules) {
      return Stream.concat(ranks.keySet().stream(), alphas.keySet().stream())
          .filter(key -> modules.stream().noneMatch(module -> matches(key, module)))
          .distinct()
          .toList();
    }

    private static <V> V value(Map<String, V> values, String module, V otherwise) {
      return values.entrySet().stream()
          .filter(entry -> matches(entry.getKey(), module))
          .map(Map.Entry::getValue)
          .findFirst()
          .orElse(otherwise);
    }

    private static boolean matches(String key, String module) {
      return Pattern.compile("(.*\\.)?(" + key + ")").matcher(module).matches();
    }
  }

  /**
   * Narrows the targets.
   *
   * @param excluded {@code exclude_modules}; no names when there are none
   * @param layers {@code layers_to_transform}, from 0; empty for all
   */
  public record Selection(AdapterConfig.Targets excluded, List<Integer> layers) {
    public Selection {
      requireNonNull(excluded, "excluded");
      layers = List.copyOf(layers);
    }
  }

  /**
   * Trained besides the adapter.
   *
   * @param bias which biases
   * @param modules {@code modules_to_save}: ends of names
   */
  public record Extras(Bias bias, List<String> modules) {
    public Extras {
      requireNonNull(bias, "bias");
      modules = List.copyOf(modules);
    }
  }

  /** Which biases are trained. */
  public enum Bias {
    NONE("none"),
    ALL("all"),
    LORA_ONLY("lora_only");

    private final String word;

    Bias(String word) {
      this.word = word;
    }

    /** As PEFT writes it. */
    public String word() {
      return word;
    }
  }
}
