package io.llmforge.trainer.data;

import static java.util.Objects.requireNonNull;

import io.llmforge.trainer.storage.Sha256;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * What there is to know about the rows of one file without looking at them again.
 *
 * @param uncut lengths before anything was cut
 * @param histogram the same lengths
 * @param sequencesPerRow how many consecutive sequences make one row
 * @param truncated sequences that lost their end
 * @param dropped numbers of rows that are left out, ascending
 * @param targets tokens learned in one pass
 * @param largestToken the highest token number
 * @param digest SHA-256 of tokens and masks, cut
 */
public record FileSummary(
    RowStatistics uncut,
    LengthHistogram histogram,
    int sequencesPerRow,
    int truncated,
    List<Integer> dropped,
    long targets,
    int largestToken,
    String digest) {

  public FileSummary {
    requireNonNull(uncut, "uncut");
    requireNonNull(histogram, "histogram");
    requireNonNull(digest, "digest");
    dropped = List.copyOf(dropped);
  }

  /**
   * Looks at every row once.
   *
   * @param uncut lengths before anything was cut
   * @param cut the rows that are trained on
   */
  public static FileSummary of(int[] uncut, RowSet cut) {
    Sha256 digest = new Sha256();
    long targets = 0;
    int largestToken = 0;
    for (TokenRow row : cut.rows()) {
      ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * (1 + row.length()));
      bytes.putInt(row.length());
      bytes.asIntBuffer().put(row.tokens());
      digest.add(bytes.array()).add(row.trained().toByteArray());
      targets += row.targets();
      largestToken = Math.max(largestToken, Arrays.stream(row.tokens()).max().orElse(0));
    }
    return new FileSummary(
        RowStatistics.of(uncut),
        LengthHistogram.of(uncut),
        cut.sequencesPerRow(),
        cut.truncated(),
        cut.dropped(),
        targets,
        largestToken,
        digest.hex());
  }
}
