package io.llmforge.trainer.model;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A micro-batch: segments (documents) laid one after the other into one row, without padding.
 *
 * <p>Labels lie where Hugging Face lays them: {@code labels[t]} is the token at {@code t} when it
 * is trained and {@link #IGNORED} otherwise; position {@code t} predicts {@code labels[t + 1]}. The
 * first token of a segment is never a target, whatever its label says.
 */
public final class PackedTokens {

  /** The label of a token that is not trained. */
  public static final int IGNORED = -100;

  private final int[] tokenIds;
  private final int[] segmentLengths;
  private final int[] labels;
  private final int[] targetRows;

  /**
   * @param tokenIds all segments, one after the other
   * @param segmentLengths tokens of each segment; their sum is the number of tokens
   * @param labels one per token
   */
  public PackedTokens(int[] tokenIds, int[] segmentLengths, int[] labels) {
    this.tokenIds = tokenIds.clone();
    this.segmentLengths = segmentLengths.clone();
    this.labels = labels.clone();
    checkLengths();
    this.targetRows = targetRows(segmentLengths, labels);
  }

  /** Tokens of all segments. */
  public int length() {
    return tokenIds.length;
  }

  /** Positions whose next token is trained. */
  public int targetCount() {
    return targetRows.length;
  }

  int[] tokenIds() {
    return tokenIds.clone();
  }

  int[] segmentLengths() {
    return segmentLengths.clone();
  }

  /** The positions that predict a target, ascending. */
  int[] targetRows() {
    return targetRows.clone();
  }

  /** The token that each of {@link #targetRows} predicts. */
  int[] targets() {
    return Arrays.stream(targetRows).map(row -> labels[row + 1]).toArray();
  }

  /** How many of {@link #targets} each segment has. */
  int[] targetsPerSegment() {
    var counts = new int[segmentLengths.length];
    var segment = 0;
    var end = segmentLengths[0];
    for (var row : targetRows) {
      while (row >= end) {
        end += segmentLengths[++segment];
      }
      counts[segment]++;
    }
    return counts;
  }

  /** What belongs to each segment, once for each of its {@link #targets}. */
  float[] ofTargets(double... ofSegments) {
    var counts = targetsPerSegment();
    if (ofSegments.length != counts.length) {
      throw new IllegalArgumentException(
          "%d values for %d segments".formatted(ofSegments.length, counts.length));
    }
    var values = new float[targetCount()];
    var target = 0;
    for (var segment = 0; segment < counts.length; segment++) {
      Arrays.fill(values, target, target + counts[segment], (float) ofSegments[segment]);
      target += counts[segment];
    }
    return values;
  }

  private void checkLengths() {
    if (tokenIds.length == 0 || labels.length != tokenIds.length) {
      throw new IllegalArgumentException(
          "%d tokens with %d labels".formatted(tokenIds.length, labels.length));
    }
    if (Arrays.stream(segmentLengths).anyMatch(length -> length < 1)
        || Arrays.stream(segmentLengths).sum() != tokenIds.length) {
      throw new IllegalArgumentException(
          "segments %s do not cover %d tokens"
              .formatted(Arrays.toString(segmentLengths), tokenIds.length));
    }
  }

  private static int[] targetRows(int[] segmentLengths, int[] labels) {
    var rows = IntStream.builder();
    var start = 0;
    for (var length : segmentLengths) {
      IntStream.range(start, start + length - 1)
          .filter(row -> labels[row + 1] != IGNORED)
          .forEach(rows::add);
      start += length;
    }
    return rows.build().toArray();
  }
}
