package dev.latchkey.spi;

import java.util.Locale;
import java.util.Optional;

/** Finds the name that somebody who wrote an unknown one may have meant, for messages. */
public final class Suggestions {
  private static final int MAX_LENGTH = 253;

  private Suggestions() {}

  /**
   * Returns the known name with the fewest edits from the wanted one, regardless of case; empty
   * where none is within a third of its length.
   */
  public static Optional<String> nearest(String wanted, Iterable<String> known) {
    String from = wanted.toLowerCase(Locale.ROOT);
    if (from.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    Optional<String> nearest = Optional.empty();
    int fewest = Math.max(1, from.length() / 3) + 1;
    for (String name : known) {
      if (Math.abs(name.length() - from.length()) < fewest) {
        int edits = edits(from, name.toLowerCase(Locale.ROOT));
        if (edits < fewest) {
          fewest = edits;
          nearest = Optional.of(name);
        }
      }
    }
    return nearest;
  }

  /** Returns the Levenshtein distance, keeping one row of the table. */
  private static int edits(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int substitution = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substitution, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[to.length()];
  }
}
