package io.llmforge.trainer.model;

import java.util.Optional;
import java.util.regex.Pattern;

/** Names that Transformers gives to the parts of a decoder, and those of {@code decoder.py}. */
final class DecoderNames {

  static final String EMBEDDING = "model.embed_tokens";
  static final String FINAL_NORM = "model.norm";
  static final String HEAD = "lm_head";

  private DecoderNames() {}

  /** What the names of layer {@code number} begin with. */
  static String layer(int number) {
    return "model.layers." + number + ".";
  }

  static String weight(String module) {
    return module + ".weight";
  }

  /** The router of a layer's experts. */
  static String router(FeedForward.ExpertNames names) {
    return names.block() + ".gate";
  }

  /** Expert {@code number} of a layer. */
  static String expert(FeedForward.ExpertNames names, int number) {
    return names.block() + ".experts." + number + ".";
  }

  /**
   * Families name the same parts differently; the program knows one name for each.
   *
   * @param number of the layer
   * @param name of a tensor in a file, without what {@link #layer} says
   */
  static String inProgram(DecoderDescription decoder, int number, String name) {
    for (var place : Norms.Place.values()) {
      if (decoder.norms().nameAt(place).map(DecoderNames::weight).equals(Optional.of(name))) {
        return weight(place.programName());
      }
    }
    return switch (decoder.layers().get(number).feedForward()) {
      case FeedForward.Gated gated -> name;
      case FeedForward.Experts experts -> expertInProgram(experts.names(), name);
    };
  }

  private static String expertInProgram(FeedForward.ExpertNames names, String name) {
    if (name.equals(weight(router(names)))) {
      return "experts.router.weight";
    }
    var pattern =
        Pattern.compile("%s\\.experts\\.(\\d+)\\.(\\w+)\\.weight".formatted(names.block()));
    var matcher = pattern.matcher(name);
    if (!matcher.matches()) {
      return name;
    }
    var part = matcher.group(2);
    var role = part.equals(names.gate()) ? "gate" : part.equals(names.up()) ? "up" : "down";
    return "experts.%s.%s.weight".formatted(matcher.group(1), role);
  }
}
