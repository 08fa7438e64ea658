package io.llmforge.trainer.data;

/**
 * The order of rows, a pure function of seed and epoch: Fisher-Yates shuffle drawn from SplitMix64
 * (Steele, Lea, Flood 2014). Written out here because the order must never change with a library.
 */
public final class RowOrder {

  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private RowOrder() {}

  /** Every number below {@code rows} once, in the epoch's order. */
  public static int[] of(long seed, int epoch, int rows) {
    int[] order = new int[rows];
    long state = mixed(seed + mixed(GOLDEN_GAMMA * (epoch + 1L)));
    for (int index = 0; index < rows; index++) {
      state += GOLDEN_GAMMA;
      int other = (int) Long.remainderUnsigned(mixed(state), index + 1L);
      order[index] = order[other];
      order[other] = index;
    }
    return order;
  }

  private static long mixed(long value) {
    long z = value;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
