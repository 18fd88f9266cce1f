package dev.latchkey;

import org.jspecify.annotations.Nullable;

/** The credential of this process is missing, expired or unknown. The operator has to act. */
public final class SecretUnauthenticatedException extends SecretException {
  private static final long serialVersionUID = 1L;

  /** Makes an exception with a {@linkplain SecretException safe} problem and remedy. */
  public SecretUnauthenticatedException(String problem, String remedy) {
    this(problem, remedy, null);
  }

  private SecretUnauthenticatedException(String problem, String remedy, @Nullable Throwable cause) {
    super(problem, remedy, cause);
  }

  @Override
  public SecretUnauthenticatedException withProblem(String problem) {
    return new SecretUnauthenticatedException(problem, remedy(), this);
  }
}
