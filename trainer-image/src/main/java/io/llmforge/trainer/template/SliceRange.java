package io.llmforge.trainer.template;

import io.llmforge.trainer.template.Value.None;
import java.util.stream.IntStream;

/**
 * {@code start:stop:step} of a slice; what is none counts from the end that the step comes from.
 */
record SliceRange(Value start, Value stop, Value step) {

  /** The indices of a sequence of this length that the slice takes, in its order. */
  IntStream indices(int length) {
    long stride = step == None.NONE ? 1 : Numbers.index(step);
    if (stride == 0) {
      throw new Failure("the step of a slice is zero");
    }
    long lowest = stride > 0 ? 0 : -1;
    long highest = stride > 0 ? length : length - 1L;
    long from = bound(start, stride > 0 ? lowest : highest, length, lowest, highest);
    long to = bound(stop, stride > 0 ? highest : lowest, length, lowest, highest);
    long count = stride > 0 ? ceilDiv(to - from, stride) : ceilDiv(from - to, -stride);
    return IntStream.range(0, (int) Math.max(0, count)).map(index -> (int) (from + index * stride));
  }

  private static long bound(Value bound, long ifNone, int length, long lowest, long highest) {
    if (bound == None.NONE) {
      return ifNone;
    }
    long index = Numbers.index(bound);
    return Math.clamp(index < 0 ? index + length : index, lowest, highest);
  }

  private static long ceilDiv(long distance, long stride) {
    return distance <= 0 ? 0 : (distance - 1) / stride + 1;
  }
}
