package dev.latchkey;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The source of the secrets could not be reached, did not answer in time, or is out of order.
 * Trying again later may help; otherwise the operator has to act.
 */
public sealed class SecretUnavailableException extends SecretException
    permits SecretProtocolException {
  private static final long serialVersionUID = 1L;

  private final @Nullable Duration retryAfter;

  /** Makes an exception with a {@linkplain SecretException safe} problem and remedy. */
  public SecretUnavailableException(String problem, String remedy) {
    this(problem, remedy, null, null);
  }

  /**
   * Makes an exception of a source that said when to try again.
   *
   * @param retryAfter the wait that the source asked for, or null where it asked for none
   */
  public SecretUnavailableException(String problem, String remedy, @Nullable Duration retryAfter) {
    this(problem, remedy, retryAfter, null);
  }

  SecretUnavailableException(
      String problem, String remedy, @Nullable Duration retryAfter, @Nullable Throwable cause) {
    super(problem, remedy, cause);
    this.retryAfter = retryAfter;
  }

  /** Returns the wait that the source asked for before the next try; empty where it asked none. */
  public final Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  @Override
  public SecretUnavailableException withProblem(String problem) {
    return new SecretUnavailableException(problem, remedy(), retryAfter, this);
  }
}
