package dev.latchkey;

import org.jspecify.annotations.Nullable;

/**
 * The source answered with something that is not what was agreed: a body that does not parse, an
 * answer for another name, a damaged file. Trying again seldom helps: the operator has to act.
 */
public final class SecretProtocolException extends SecretUnavailableException {
  private static final long serialVersionUID = 1L;

  /** Makes an exception with a {@linkplain SecretException safe} problem and remedy. */
  public SecretProtocolException(String problem, String remedy) {
    this(problem, remedy, null);
  }

  private SecretProtocolException(String problem, String remedy, @Nullable Throwable cause) {
    super(problem, remedy, null, cause);
  }

  @Override
  public SecretProtocolException withProblem(String problem) {
    return new SecretProtocolException(problem, remedy(), this);
  }
}
