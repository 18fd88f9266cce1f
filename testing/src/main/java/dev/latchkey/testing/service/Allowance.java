package dev.latchkey.testing.service;

import java.time.Duration;
import java.time.Instant;

/**
 * Counts the calls of those who have no credential, which could fill a disk: so many a minute are
 * written down, and the next one that is tells how many were not. Not thread-safe.
 */
final class Strangers {
  private static final int LINES = 60;
  private static final Duration WINDOW = Duration.ofMinutes(1);

  private Instant end = Instant.MIN;
  private int written;
  private long unwritten;

  boolean isWorthALine(Instant now) {
    if (!now.isBefore(end)) {
      end = now.plus(WINDOW);
      written = 0;
    }
    if (written < LINES) {
      written++;
      return true;
    }
    unwritten++;
    return false;
  }

  long unwritten() {
    return unwritten;
  }

  /** Returns how many calls were not written down, and begins to count anew. */
  long takeUnwritten() {
    long count = unwritten;
    unwritten = 0;
    return count;
  }
}
