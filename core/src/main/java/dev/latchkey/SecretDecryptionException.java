package dev.latchkey;

import org.jspecify.annotations.Nullable;

/**
 * A ciphertext could not be opened. The operator has to act. A wrong key, a changed ciphertext and
 * one that was sealed for another project, name or version all give the same message, so that the
 * answer teaches an attacker nothing.
 */
public final class SecretDecryptionException extends SecretException {
  private static final long serialVersionUID = 1L;

  /** Makes an exception with a {@linkplain SecretException safe} problem and remedy. */
  public SecretDecryptionException(String problem, String remedy) {
    this(problem, remedy, null);
  }

  private SecretDecryptionException(String problem, String remedy, @Nullable Throwable cause) {
    super(problem, remedy, cause);
  }

  @Override
  public SecretDecryptionException withProblem(String problem) {
    return new SecretDecryptionException(problem, remedy(), this);
  }
}
