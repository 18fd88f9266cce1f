package dev.latchkey.testing.http;

import dev.latchkey.client.source.CiphertextQuery;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * A request that a {@link FakeSecretService} has received, and what has become of it so far.
 * Immutable and thread-safe; it holds no token, ciphertext or value.
 *
 * @param queries what it asked for, in order; none if it was refused as malformed or without the
 *     right token
 * @param hold how long it waits for news
 * @param tokenAccepted whether it came with the service's token
 * @param status the status of its answer; empty where there is no answer (yet)
 * @param fault what was done in place of a true answer
 */
public record ReceivedRequest(
    List<CiphertextQuery> queries,
    Duration hold,
    boolean tokenAccepted,
    OptionalInt status,
    Optional<Fault> fault) {
  /** Copies the queries. */
  public ReceivedRequest {
    queries = List.copyOf(queries);
  }

  /** Returns whether it waits for news, or did so until the service was closed. */
  public boolean isHeld() {
    return status.isEmpty() && fault.isEmpty();
  }

  /**
   * Returns names, versions and what was answered, such as {@code [db known 3, hold 25 s: 200]}.
   */
  @Override
  public String toString() {
    String asked =
        queries.isEmpty()
            ? "nothing"
            : queries.stream().map(ReceivedRequest::text).collect(Collectors.joining(", "));
    return "["
        + asked
        + (hold.isZero() ? "" : ", hold " + hold.toSeconds() + " s")
        + (tokenAccepted ? "" : ", wrong token")
        + ": "
        + (isHeld() ? "held" : fault.map(Fault::toString).orElse("" + status.orElse(0)))
        + "]";
  }

  private static String text(CiphertextQuery query) {
    return query.name()
        + (query.version().isPresent() ? " version " + query.version().getAsLong() : "")
        + (query.knownVersion().isPresent() ? " known " + query.knownVersion().getAsLong() : "");
  }
}
