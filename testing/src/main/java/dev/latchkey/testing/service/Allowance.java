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

  private Instant end = Instant.MIN;
  private int written;
  private long unwritten;
  private @Nullable Unwritten last;

  /** A call that was not written down, and when it came. */
  record Unwritten(Entry entry, Instant time) {}

  boolean permits(Entry entry, Instant now) {
    if (!now.isBefore(end)) {
      end = now.plus(WINDOW);
      written = 0;
    }
    if (written < LINES) {
      written++;
      return true;
    }
    unwritten++;
    last = new Unwritten(entry, now);
    return false;
  }

  long unwritten() {
    return unwritten;
  }

  /** Returns how many calls were not written down, and begins to count anew. */
  long takeUnwritten() {
    long count = unwritten;
    unwritten = 0;
    last = null;
    return count;
  }

  /** Returns the last call that was not written down, to be written after all; null if all were. */
  @Nullable Unwritten takeLast() {
    Unwritten taken = last;
    last = null;
    unwritten = Math.max(unwritten - 1, 0);
    return taken;
  }

  /** Tells whether nothing is held back, or left to be told. */
  boolean isIdle(Instant now) {
    return unwritten == 0 && !now.isBefore(end);
  }
}
