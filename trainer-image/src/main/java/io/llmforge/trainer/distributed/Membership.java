package io.llmforge.trainer.distributed;

import java.util.ArrayList;
import java.util.List;

/**
 * Which member of which group a process is.
 *
 * @param rank its number, from 0
 * @param size how many there are
 * @param run which run the group trains, for people
 * @param planDigest digest of what all of them were told
 */
public record Membership(int rank, int size, String run, String planDigest) {

  /** Version of everything that is said on a connection. */
  static final int PROTOCOL = 1;

  public Membership {
    if (size < 1 || rank < 0 || rank >= size) {
      throw new IllegalArgumentException(
          "rank %d is no rank of a group of %d".formatted(rank, size));
    }
  }

  /**
   * Where rank 0 is.
   *
   * @param host name or address; a name is looked up again at every try
   * @param port port that rank 0 listens on
   */
  public record Meeting(String host, int port) {}

  /** What the two disagree on, with both values; empty when they belong together. */
  List<String> differencesTo(Membership other) {
    List<String> differences = new ArrayList<>();
    compare("run", run, other.run, other, differences);
    compare("world size", size, other.size, other, differences);
    compare("plan digest", planDigest, other.planDigest, other, differences);
    return differences;
  }

  private void compare(
      String what, Object mine, Object theirs, Membership other, List<String> differences) {
    if (!mine.equals(theirs)) {
      differences.add(
          "rank %d has %s %s, rank %d has %s %s"
              .formatted(rank, what, mine, other.rank, what, theirs));
    }
  }
}
