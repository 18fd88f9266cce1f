package dev.latchkey;

import org.jspecify.annotations.Nullable;

/** A setting of this process is missing, unknown or wrong. The operator has to act. */
public final class SecretConfigurationException extends SecretException {
  private static final long serialVersionUID = 1L;

  /** Makes an exception with a {@linkplain SecretException safe} problem and remedy. */
  public SecretConfigurationException(String problem, String remedy) {
    this(problem, remedy, null);
  }

  private SecretConfigurationException(String problem, String remedy, @Nullable Throwable cause) {
    super(problem, remedy, cause);
  }

  @Override
  public SecretConfigurationException withProblem(String problem) {
    return new SecretConfigurationException(problem, remedy(), this);
  }
}
