package io.llmforge.trainer.bench;

/**
 * Sizes of a llama with tied embeddings.
 *
 * @param vocabulary rows of the embedding, which is the output head too
 * @param hidden width of the residual stream
 * @param feedForward inner width of the gated feed-forward part
 * @param layers number of layers
 * @param queryHeads heads of queries
 * @param keyValueHeads heads of keys and values
 */
record BenchmarkShape(
    int vocabulary, int hidden, int feedForward, int layers, int queryHeads, int keyValueHeads) {

  /** 100 million parameters. */
  static final BenchmarkShape HUNDRED_MILLION = new BenchmarkShape(32_000, 768, 2048, 12, 12, 4);

  int headSize() {
    return hidden / queryHeads;
  }

  int queryWidth() {
    return queryHeads * headSize();
  }

  int keyValueWidth() {
    return keyValueHeads * headSize();
  }

  /** Parameters of a layer that take part in matrix products. */
  long layerProductParameters() {
    return hidden * (2L * queryWidth() + 2L * keyValueWidth() + 3L * feedForward);
  }

  /** Inputs plus outputs of a layer's linear modules, added up. */
  long layerWidths() {
    return 4L * hidden + 2L * queryWidth() + 2L * keyValueWidth() + 3L * (hidden + feedForward);
  }

  long parameters() {
    return layers * (layerProductParameters() + 2L * hidden) + hidden + (long) vocabulary * hidden;
  }

  BenchmarkShape withLayers(int count) {
    return new BenchmarkShape(vocabulary, hidden, feedForward, count, queryHeads, keyValueHeads);
  }

  BenchmarkShape withVocabulary(int size) {
    return new BenchmarkShape(size, hidden, feedForward, layers, queryHeads, keyValueHeads);
  }
}
