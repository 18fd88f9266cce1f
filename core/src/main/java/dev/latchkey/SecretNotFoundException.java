package dev.latchkey;

import org.jspecify.annotations.Nullable;

/**
 * No such variable, secret or version. The author of the binding, or whoever creates secrets, has
 * to act. A secret without the field that a reference names is a {@link SecretValueException}.
 */
public final class SecretNotFoundException extends SecretException {
  private static final long serialVersionUID = 1L;

  /** Makes an exception with a {@linkplain SecretException safe} problem and remedy. */
  public SecretNotFoundException(String problem, String remedy) {
    this(problem, remedy, null);
  }

  private SecretNotFoundException(String problem, String remedy, @Nullable Throwable cause) {
    super(problem, remedy, cause);
  }

  @Override
  public SecretNotFoundException withProblem(String problem) {
    return new SecretNotFoundException(problem, remedy(), this);
  }
}
