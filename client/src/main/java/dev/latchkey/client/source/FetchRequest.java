package dev.latchkey.client.source;

import java.time.Duration;
import java.util.List;

/**
 * Questions that are asked together. Immutable and thread-safe.
 *
 * @param queries 1 to {@value #MAX_QUERIES} questions
 * @param hold how long the source may hold its answer until a newest version is not the known one;
 *     0 to 60 seconds, and 0 for an answer at once. A source that cannot hold answers at once.
 * @param timeout how long the whole call may take, the hold included; positive
 */
public record FetchRequest(List<CiphertextQuery> queries, Duration hold, Duration timeout) {
  /** The most questions of a request. */
  public static final int MAX_QUERIES = 100;

  /** The longest hold of a request. */
  public static final Duration MAX_HOLD = Duration.ofSeconds(60);

  /**
   * Checks and copies the parts.
   *
   * @throws IllegalArgumentException if a part is out of its range
   */
  public FetchRequest {
    queries = List.copyOf(queries);
    if (queries.isEmpty() || queries.size() > MAX_QUERIES) {
      throw new IllegalArgumentException(
          "A request has 1 to " + MAX_QUERIES + " queries, not " + queries.size() + ".");
    }
    if (hold.isNegative() || hold.compareTo(MAX_HOLD) > 0) {
      throw new IllegalArgumentException("A hold is 0 to 60 seconds, not " + hold + ".");
    }
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("A timeout is positive, not " + timeout + ".");
    }
  }

  /** Returns a request for an answer at once. */
  public static FetchRequest of(List<CiphertextQuery> queries, Duration timeout) {
    return new FetchRequest(queries, Duration.ZERO, timeout);
  }
}
