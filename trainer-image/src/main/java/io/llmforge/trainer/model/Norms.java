package io.llmforge.trainer.model;

import java.util.Arrays;
import java.util.Optional;

/**
 * The root mean square norms of a decoder: {@code x / sqrt(mean(x^2) + epsilon) * (w + shift)}.
 *
 * @param placement where a layer has them
 * @param epsilon added to the mean square
 * @param weightShift added to the weights: 1 when they are stored around 0, else 0
 */
record Norms(Placement placement, double epsilon, double weightShift) {

  /** Where a layer has norms. */
  enum Placement {
    /** Before attention and before the feed-forward part. */
    BEFORE,
    /** Before and behind both. */
    AROUND,
    /** Behind both, before what they made is added to the residual stream. */
    BEHIND
  }

  /** A place for a norm in a layer. */
  enum Place {
    BEFORE_ATTENTION("before_attention"),
    AFTER_ATTENTION("after_attention"),
    BEFORE_FEED_FORWARD("before_feed_forward"),
    AFTER_FEED_FORWARD("after_feed_forward");

    private final String programName;

    Place(String programName) {
      this.programName = programName;
    }

    /** What {@code decoder.py} calls it. */
    String programName() {
      return programName;
    }
  }

  /**
   * What Transformers calls the norm at {@code place}, inside a layer; nothing if there is none.
   */
  Optional<String> nameAt(Place place) {
    var isBehind = placement != Placement.BEFORE;
    return switch (place) {
      case BEFORE_ATTENTION ->
          placement == Placement.BEHIND ? Optional.empty() : Optional.of("input_layernorm");
      case AFTER_ATTENTION -> isBehind ? Optional.of("post_attention_layernorm") : Optional.empty();
      case BEFORE_FEED_FORWARD ->
          switch (placement) {
            case BEFORE -> Optional.of("post_attention_layernorm");
            case AROUND -> Optional.of("pre_feedforward_layernorm");
            case BEHIND -> Optional.empty();
          };
      case AFTER_FEED_FORWARD ->
          isBehind ? Optional.of("post_feedforward_layernorm") : Optional.empty();
    };
  }

  /** Norms in a layer over the hidden size. */
  int perLayer() {
    return (int) Arrays.stream(Place.values()).filter(place -> nameAt(place).isPresent()).count();
  }
}
