package io.llmforge.trainer.data;

import java.util.ArrayList;
import java.util.List;

/**
 * The labels of a classification and the token that each of them is.
 *
 * @param labels in the order of the plan
 * @param ids the token of each label, all different
 */
public record LabelTokens(List<String> labels, List<Integer> ids) {

  /** No labels: those of every task but classification. */
  public static final LabelTokens NONE = new LabelTokens(List.of(), List.of());

  public LabelTokens {
    labels = List.copyOf(labels);
    ids = List.copyOf(ids);
    if (labels.size() != ids.size() || ids.stream().distinct().count() != ids.size()) {
      throw new IllegalArgumentException(
          "labels %s cannot be the tokens %s".formatted(labels, ids));
    }
  }

  /**
   * The labels as a tokenizer has them.
   *
   * @throws TokenizerInvalidException when a label is not one token of its own
   */
  public static LabelTokens of(List<String> labels, TextTokenizer tokenizer) {
    List<Integer> ids = new ArrayList<>(labels.size());
    for (String label : labels) {
      int[] tokens = tokenizer.encode(label).tokens();
      if (tokens.length != 1 || ids.contains(tokens[0])) {
        throw new TokenizerInvalidException(
            "the tokenizer makes %d tokens of the label '%s' where it must be one of its own; choose another text for the label"
                .formatted(tokens.length, label),
            null);
      }
      ids.add(tokens[0]);
    }
    return new LabelTokens(labels, ids);
  }

  /** Tokens of the smallest vocabulary that holds all labels. */
  public int vocabularySize() {
    return ids.stream().mapToInt(id -> id + 1).max().orElse(0);
  }

  /** The label's number of a token, -1 when it is no label. */
  public int labelOf(int token) {
    return ids.indexOf(token);
  }
}
