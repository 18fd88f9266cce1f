package dev.latchkey.testing.service;

import dev.latchkey.testing.service.AuditLog.Entry;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Counts the calls of one who could fill a disk with them: so many a minute are written down, and
 * the next one that is tells how many were not. Not thread-safe.
 */
final class Allowance {
  private static final int LINES = 60;
  private static final Duration WINDOW = Duration.ofMinutes(1);

  /** The last call that was not written down, when it came, and how many were not before it. */
  record Unwritten(Entry entry, Instant time, long before) {}

  private Instant end = Instant.MIN;
  private int written;
  private @Nullable Unwritten last;

  boolean permits(Entry entry, Instant now) {
    if (!now.isBefore(end)) {
      end = now.plus(WINDOW);
      written = 0;
    }
    if (written < LINES) {
      written++;
      return true;
    }
    last = new Unwritten(entry, now, unwritten());
    return false;
  }

  private long unwritten() {
    return last == null ? 0 : last.before + 1;
  }

  /** Returns how many calls were not written down, and begins to count anew. */
  long takeUnwritten() {
    long count = unwritten();
    last = null;
    return count;
  }

  /** Returns the last call that was not written down; null if all were. */
  @Nullable Unwritten last() {
    return last;
  }

  /** Tells whether nothing is held back, or left to be told. */
  boolean isIdle(Instant now) {
    return last == null && !now.isBefore(end);
  }
}
