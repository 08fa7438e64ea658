package io.llmforge.trainer.bench;

import io.llmforge.trainer.model.PackedTokens;
import java.util.ArrayList;
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

  static BenchmarkRows mixed(int tokens, int vocabulary, SplittableRandom random) {
    return of(lengths(tokens, random), vocabulary, random);
  }

  static BenchmarkRows of(List<Integer> documents, int vocabulary, SplittableRandom random) {
    var lengths = documents.stream().mapToInt(length -> length).toArray();
    var ids = random.ints(IntStream.of(lengths).sum(), 0, vocabulary).toArray();
    var labels = ids.clone();
    var start = 0;
    for (var length : lengths) {
      Arrays.fill(labels, start, start + length / 2, PackedTokens.IGNORED);
      start += length;
    }
    return new BenchmarkRows(new PackedTokens(ids, lengths, labels), documents);
  }

  /** Short documents are as common, on a logarithmic scale, as long ones. */
  private static List<Integer> lengths(int tokens, SplittableRandom random) {
    var lengths = new ArrayList<Integer>();
    var left = tokens;
    while (left > 0) {
      var drawn = SHORTEST * Math.pow((double) LONGEST / SHORTEST, random.nextDouble());
      var length = left - (int) drawn < SHORTEST ? Math.min(left, LONGEST) : (int) drawn;
      lengths.add(length);
      left -= length;
    }
    return lengths;
  }

  /** The share of a batch padded to its longest row that would be padding. */
  double paddingShare() {
    var longest = lengths.stream().mapToInt(length -> length).max().orElse(1);
    return 1 - (double) packed.length() / ((long) longest * lengths.size());
  }
}
