package dev.latchkey.testing.http;

import dev.latchkey.MalformedSecretException;
import dev.latchkey.SecretName;
import dev.latchkey.client.source.CiphertextQuery;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link FakeSecretService} does in place of a true answer. It does so at once, whatever the
 * request would wait for. Immutable and thread-safe; two are equal only if they are one object.
 */
public final class Fault {
  enum Kind {
    STATUS,
    RESET,
    SILENT,
    TRUNCATED,
    NOT_JSON,
    DAMAGED
  }

  private static final Fault RESET = new Fault(Kind.RESET, "reset");
  private static final Fault SILENT = new Fault(Kind.SILENT, "silent");
  private static final Fault TRUNCATED = new Fault(Kind.TRUNCATED, "truncated");
  private static final Fault NOT_JSON = new Fault(Kind.NOT_JSON, "not JSON");

  final Kind kind;
  final int status;
  final OptionalLong retryAfterSeconds;
  final @Nullable SecretName name;
  private final String text;

  private Fault(Kind kind, String text) {
    this(kind, 200, OptionalLong.empty(), null, text);
  }

  private Fault(
      Kind kind,
      int status,
      OptionalLong retryAfterSeconds,
      @Nullable SecretName name,
      String text) {
    this.kind = kind;
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
    this.name = name;
    this.text = text;
  }

  /**
   * Returns an error with a status: 401 refuses the token, 403 the project, 429 asks for fewer
   * requests, 503 is an outage.
   *
   * @param status 400 to 599
   * @throws IllegalArgumentException if it is another
   */
  public static Fault status(int status) {
    return status(status, OptionalLong.empty(), "status " + status);
  }

  /**
   * Returns an error with a status and a {@code Retry-After} header.
   *
   * @param status 400 to 599
   * @param retryAfter whole seconds, 0 or more
   * @throws IllegalArgumentException if one of them is another
   */
  public static Fault status(int status, Duration retryAfter) {
    long seconds = retryAfter.toSeconds();
    if (seconds < 0 || !retryAfter.equals(Duration.ofSeconds(seconds))) {
      throw new IllegalArgumentException(
          "Retry-After is in whole seconds, 0 or more, not " + retryAfter + ".");
    }
    return status(
        status, OptionalLong.of(seconds), "status " + status + ", retry after " + seconds + " s");
  }

  private static Fault status(int status, OptionalLong retryAfterSeconds, String text) {
    if (status < 400 || status > 599) {
      throw new IllegalArgumentException("A status of an error is 400 to 599, not " + status + ".");
    }
    return new Fault(Kind.STATUS, status, retryAfterSeconds, null, text);
  }

  /**
   * Returns the end of the connection by a reset, with no answer. OkHttp by itself sends a request
   * again that fails so on a connection which was used before.
   */
  public static Fault reset() {
    return RESET;
  }

  /** Returns an answer that never comes; its connection ends when the service is closed. */
  public static Fault silent() {
    return SILENT;
  }

  /** Returns an answer that breaks off after its beginning, and ends the connection. */
  public static Fault truncated() {
    return TRUNCATED;
  }

  /** Returns a page in HTML with status 200, as a proxy's login is. */
  public static Fault notJson() {
    return NOT_JSON;
  }

  /**
   * Returns an answer that is true but for the ciphertext of one secret, which does not open. It is
   * for requests that ask for the secret; others have true answers.
   *
   * @throws MalformedSecretException if the name is not well-formed
   */
  public static Fault damaged(String name) {
    SecretName parsed = SecretName.parse(name);
    return new Fault(Kind.DAMAGED, 200, OptionalLong.empty(), parsed, "damaged " + parsed);
  }

  boolean isFor(List<CiphertextQuery> queries) {
    return name == null || queries.stream().anyMatch(query -> query.name().equals(name));
  }

  /** Returns what it is, such as {@code Fault[status 503]}. */
  @Override
  public String toString() {
    return "Fault[" + text + "]";
  }
}
