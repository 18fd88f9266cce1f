package dev.latchkey;

import org.jspecify.annotations.Nullable;

/**
 * A value cannot be used as asked: it is over the size limit, is not text, does not fit an
 * environment, or has not the field that a reference names. Whoever wrote the value, or asked for
 * it in that form, has to act.
 */
public final class SecretValueException extends SecretException {
  private static final long serialVersionUID = 1L;

  /** Makes an exception with a {@linkplain SecretException safe} problem and remedy. */
  public SecretValueException(String problem, String remedy) {
    this(problem, remedy, null);
  }

  private SecretValueException(String problem, String remedy, @Nullable Throwable cause) {
    super(problem, remedy, cause);
  }

  @Override
  public SecretValueException withProblem(String problem) {
    return new SecretValueException(problem, remedy(), this);
  }
}
