package io.llmforge.crds.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Which known word somebody meant who wrote another. */
public final class Spelling {

  private static final int MOST_EDITS = 3;

  private Spelling() {}

  /**
   * The known word that differs least from a written one, case aside: by three edits at most, and
   * by one of every three letters.
   */
  public static Optional<String> nearest(String written, Collection<String> known) {
    return known.stream()
        .min(Comparator.comparingInt(candidate -> edits(written, candidate)))
        .filter(nearest -> edits(written, nearest) * 3 <= written.length())
        .filter(nearest -> edits(written, nearest) <= MOST_EDITS);
  }

  private static int edits(String from, String to) {
    return distance(from.toLowerCase(Locale.ROOT), to.toLowerCase(Locale.ROOT));
  }

  /** Edits between two words: insert, delete, replace, swap of neighbours. */
  static int distance(String from, String to) {
    var rows = new int[from.length() + 1][to.length() + 1];
    for (int i = 0; i <= from.length(); i++) {
      for (int j = 0; j <= to.length(); j++) {
        rows[i][j] = i == 0 || j == 0 ? i + j : cheapest(rows, from, to, i, j);
      }
    }
    return rows[from.length()][to.length()];
  }

  private static int cheapest(int[][] rows, String from, String to, int i, int j) {
    int replaced = rows[i - 1][j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
    int best = Math.min(replaced, Math.min(rows[i - 1][j], rows[i][j - 1]) + 1);
    boolean swapped =
        i > 1
            && j > 1
            && from.charAt(i - 1) == to.charAt(j - 2)
            && from.charAt(i - 2) == to.charAt(j - 1);
    return swapped ? Math.min(best, rows[i - 2][j - 2] + 1) : best;
  }
}
