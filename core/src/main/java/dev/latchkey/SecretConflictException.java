package dev.latchkey;

import org.jspecify.annotations.Nullable;

/**
 * Another writer was first, or the secret already exists. The writer has to look again and retry.
 */
public final class SecretConflictException extends SecretException {
  private static final long serialVersionUID = 1L;

  /** Makes an exception with a {@linkplain SecretException safe} problem and remedy. */
  public SecretConflictException(String problem, String remedy) {
    this(problem, remedy, null);
  }

  private SecretConflictException(String problem, String remedy, @Nullable Throwable cause) {
    super(problem, remedy, cause);
  }

  @Override
  public SecretConflictException withProblem(String problem) {
    return new SecretConflictException(problem, remedy(), this);
  }
}
