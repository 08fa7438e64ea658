package io.llmforge.trainer.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * What a preference pair is to the model that training starts from.
 *
 * @param pair SHA-256 of both token sequences and of what is learned of them
 * @param chosen log-probability of the chosen answer, summed over its tokens, in nats
 * @param rejected the same of the rejected answer
 * @param chosenTargets tokens of the chosen answer
 * @param rejectedTargets tokens of the rejected answer
 */
public record ReferenceScore(
    String pair, double chosen, double rejected, int chosenTargets, int rejectedTargets) {

  private static final ObjectMapper JSON = new ObjectMapper();

  public ReferenceScore {
    if (!Double.isFinite(chosen) || !Double.isFinite(rejected)) {
      throw new IllegalArgumentException(
          "log-probabilities must be finite, were %s and %s".formatted(chosen, rejected));
    }
  }

  /** One line; the shortest decimals that are these very numbers again. */
  String write() throws JsonProcessingException {
    return JSON.writeValueAsString(this);
  }

  static ReferenceScore read(String line) throws JsonProcessingException {
    return JSON.readValue(line, ReferenceScore.class);
  }
}
