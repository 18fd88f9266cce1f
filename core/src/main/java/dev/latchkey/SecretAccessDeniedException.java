package dev.latchkey;

import org.jspecify.annotations.Nullable;

/**
 * This process may not read the secret, or may not read secrets at all. The operator has to act.
 */
public final class SecretAccessDeniedException extends SecretException {
  private static final long serialVersionUID = 1L;

  /** Makes an exception with a {@linkplain SecretException safe} problem and remedy. */
  public SecretAccessDeniedException(String problem, String remedy) {
    this(problem, remedy, null);
  }

  private SecretAccessDeniedException(String problem, String remedy, @Nullable Throwable cause) {
    super(problem, remedy, cause);
  }

  @Override
  public SecretAccessDeniedException withProblem(String problem) {
    return new SecretAccessDeniedException(problem, remedy(), this);
  }
}
