package io.llmforge.trainer.bench;

import io.llmforge.trainer.model.PackedTokens;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Documents of mixed lengths, as instruction data has them; the second half of each is trained.
 *
 * @param packed all documents in one row
 * @param lengths tokens of each document
 */
record BenchmarkRows(PackedTokens packed, List<Integer> lengths) {

  static final int SHORTEST = 32;
  static final int LONGEST = 512;

  static BenchmarkRows of(int tokens, SplittableRandom random) {
    var lengths = lengths(tokens, random);
    var ids = random.ints(tokens, 0, BenchmarkModel.VOCABULARY).toArray();
    var labels = ids.clone();
    var start = 0;
    for (var length : lengths) {
      Arrays.fill(labels, start, start + length / 2, PackedTokens.IGNORED);
      start += length;
    }
    return new BenchmarkRows(
        new PackedTokens(ids, lengths, labels), IntStream.of(lengths).boxed().toList());
  }

  /** Short documents are as common, on a logarithmic scale, as long ones. */
  private static int[] lengths(int tokens, SplittableRandom random) {
    var lengths = IntStream.builder();
    var left = tokens;
    while (left > 0) {
      var drawn = SHORTEST * Math.pow((double) LONGEST / SHORTEST, random.nextDouble());
      var length = left - (int) drawn < SHORTEST ? Math.min(left, LONGEST) : (int) drawn;
      lengths.add(length);
      left -= length;
    }
    return lengths.build().toArray();
  }

  /** The share of a batch padded to its longest row that would be padding. */
  double paddingShare() {
    var longest = lengths.stream().mapToInt(length -> length).max().orElse(1);
    return 1 - (double) packed.length() / ((long) longest * lengths.size());
  }

  /** Floating-point operations of the step's matrix products; an attention triangle counts half. */
  double productOperations(BenchmarkOptions.TuningKind tuning) {
    var passes =
        switch (tuning) {
          case FULL -> 3;
          case LORA -> 2;
        };
    var layers = 2.0 * passes * BenchmarkModel.LAYERS * BenchmarkModel.layerProductParameters();
    var head = 2.0 * passes * BenchmarkModel.VOCABULARY * BenchmarkModel.HIDDEN;
    var squares = lengths.stream().mapToDouble(length -> (double) length * length).sum();
    var attention = 6.0 * BenchmarkModel.LAYERS * BenchmarkModel.HIDDEN * squares;
    return layers * packed.length() + head * packed.targetCount() + attention;
  }
}
