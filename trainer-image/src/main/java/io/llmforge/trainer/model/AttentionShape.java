package io.llmforge.trainer.model;

/**
 * The attention of every layer.
 *
 * @param queryHeads heads of queries
 * @param keyValueHeads heads of keys and values, each serving {@code queryHeads / keyValueHeads}
 * @param headSize dimensions of one head
 * @param queryKeyValueBias whether q, k and v have a bias
 * @param outputBias whether o has a bias
 */
record AttentionShape(
    int queryHeads,
    int keyValueHeads,
    int headSize,
    boolean queryKeyValueBias,
    boolean outputBias) {

  int queryWidth() {
    return queryHeads * headSize;
  }

  int keyValueWidth() {
    return keyValueHeads * headSize;
  }
}
