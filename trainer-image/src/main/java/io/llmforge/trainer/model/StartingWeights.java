package io.llmforge.trainer.model;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/**
 * What a model is made of before anything is trained.
 *
 * @param folder a Hugging Face folder
 * @param vocabulary what is asked of its vocabulary
 */
public record StartingWeights(Path folder, VocabularyPlan vocabulary) {

  public StartingWeights {
    requireNonNull(folder, "folder");
    requireNonNull(vocabulary, "vocabulary");
  }

  /** With the vocabulary that it has. */
  public static StartingWeights of(Path folder) {
    return new StartingWeights(folder, VocabularyPlan.AS_IT_IS);
  }
}
