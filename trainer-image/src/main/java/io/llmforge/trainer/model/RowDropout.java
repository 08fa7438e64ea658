package io.llmforge.trainer.model;

/**
 * Dropout on the inputs of a row's adapters.
 *
 * @param probability that an input is dropped
 * @param key what the masks depend on
 */
record RowDropout(double probability, DropoutKey key) {

  static final RowDropout NONE = new RowDropout(0, new DropoutKey(0, 0, 0));

  long layerSeed(int layer) {
    return key.layerSeed(layer);
  }
}
