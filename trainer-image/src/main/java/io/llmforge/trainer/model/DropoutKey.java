package io.llmforge.trainer.model;

/**
 * What dropout masks depend on besides the layer and the module, so that a run that is resumed
 * draws the masks it would have drawn.
 *
 * @param seed of the run
 * @param step optimizer step
 * @param microBatch position of the micro-batch in the step
 */
public record DropoutKey(long seed, long step, int microBatch) {

  /** Modules of one layer draw with consecutive seeds; leave room between layers. */
  private static final int MODULES_PER_LAYER = 16;

  long layerSeed(int layer) {
    return mix(mix(mix(seed) ^ step) ^ ((long) microBatch << Integer.SIZE | layer))
        & ~(MODULES_PER_LAYER - 1L)
        & Long.MAX_VALUE;
  }

  /** The finalizer of SplitMix64 (Steele, Lea and Flood 2014). */
  private static long mix(long value) {
    var z = value + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
