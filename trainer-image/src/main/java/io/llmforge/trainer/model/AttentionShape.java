package io.llmforge.trainer.model;

/**
 * The attention of every layer.
 *
 * @param queryHeads heads of queries
 * @param keyValueHeads heads of keys and values, each serving {@code queryHeads / keyValueHeads}
 * @param headSize dimensions of one head
 * @param rotatedSize dimensions of a head that turn with the position, from the first on
 * @param queryKeyValueBias whether q, k and v have a bias
 * @param outputBias whether o has a bias
 * @param queryKeyNorm what is normed before positions are applied
 * @param scores what becomes of the product of a query and a key
 */
record AttentionShape(
    int queryHeads,
    int keyValueHeads,
    int headSize,
    int rotatedSize,
    boolean queryKeyValueBias,
    boolean outputBias,
    QueryKeyNorm queryKeyNorm,
    Scores scores) {

  /** What a norm of q or k extends over. */
  enum QueryKeyNorm {
    NONE,
    HEAD,
    ALL_HEADS
  }

  /**
   * {@code c tanh(scale q k / c)}, without a cap {@code scale q k}.
   *
   * @param scale factor of the product
   * @param softCap c; 0 when there is none
   */
  record Scores(double scale, double softCap) {}

  int queryWidth() {
    return queryHeads * headSize;
  }

  int keyValueWidth() {
    return keyValueHeads * headSize;
  }

  /** Numbers that a layer keeps per token: q, k, v, what came out, and q and k before a norm. */
  long keptPerToken() {
    var normed =
        switch (queryKeyNorm) {
          case NONE -> 0;
          case HEAD -> queryWidth() + keyValueWidth() + queryHeads + keyValueHeads;
          case ALL_HEADS -> queryWidth() + keyValueWidth() + 2;
        };
    return 2L * queryWidth() + 2L * keyValueWidth() + queryHeads + normed;
  }
}
