package io.llmforge.trainer.model;

import java.util.List;

/**
 * What a run asks of a model's vocabulary.
 *
 * @param size rows that embedding and output head must at least have; missing ones are added, each
 *     the float32 mean of the rows that are there, of the embedding and of the head separately
 * @param trainedRows token ids whose rows LoRA trains in the embedding and in the head, although
 *     the rest of both is frozen; an end that has an adapter is trained by that instead
 */
public record VocabularyPlan(int size, List<Integer> trainedRows) {

  /** The vocabulary as it is. */
  public static final VocabularyPlan AS_IT_IS = new VocabularyPlan(0, List.of());

  public VocabularyPlan {
    trainedRows = List.copyOf(trainedRows);
    if (size < 0) {
      throw new IllegalArgumentException("a vocabulary cannot have %d rows".formatted(size));
    }
    if (trainedRows.stream().anyMatch(row -> row < 0)
        || trainedRows.stream().distinct().count() != trainedRows.size()) {
      throw new IllegalArgumentException(
          "trained rows must be token ids, each once, and are " + trainedRows);
    }
  }

  /** The decoder with as many rows as are asked for, never fewer than it has. */
  DecoderDescription of(DecoderDescription stored) {
    return stored.withVocabularySize(Math.max(size, stored.vocabularySize()));
  }
}
