package dev.latchkey.testing;

/**
 * A test has shown a secret where it must not be. The message names the secret, the place and the
 * form, never the value.
 *
 * @see LeakDetector
 */
public final class SecretLeakError extends AssertionError {
  private static final long serialVersionUID = 1L;

  SecretLeakError(String message) {
    super(message);
  }
}
