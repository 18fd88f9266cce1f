package dev.latchkey;

import java.util.Objects;

/**
 * An environment variable and the secret that it is bound to, as in {@code --secret
 * MY_APP_SECRET=my-secret}. Immutable and thread-safe.
 *
 * @param variable a POSIX name: letters, digits and underscores, not starting with a digit
 * @param ref the secret
 */
public record SecretBinding(String variable, SecretRef ref) {
  private static final String SWAPPED = "Did you swap the two? It is VARIABLE=SECRET.";

  /**
   * Checks the variable's name.
   *
   * @throws MalformedSecretException if the variable's name is not well-formed
   */
  public SecretBinding {
    EnvName.parse(variable, variable.length());
    Objects.requireNonNull(ref, "ref");
  }

  /**
   * Returns the binding that a text spells: a variable, an equals sign, and a reference in short or
   * in full. Messages repeat the variable at most, as a value may stand by mistake where the
   * reference belongs.
   *
   * @throws MalformedSecretException if the text is not well-formed
   */
  public static SecretBinding parse(String text) {
    String variable = variable(text);
    int start = variable.length() + 1;
    if (text.startsWith(SecretRef.SCHEME, start)) {
      start += SecretRef.SCHEME.length();
    }
    try {
      return new SecretBinding(variable, SecretRef.parse(text, start, text.length()));
    } catch (MalformedSecretException e) {
      throw e.withoutRemedy(variable + ": " + e.problem());
    }
  }

  /** Returns the name of the variable that a binding begins with. */
  static String variable(String text) {
    try {
      return EnvName.before(text, "A binding is VARIABLE=SECRET");
    } catch (MalformedSecretException e) {
      throw isSecretName(text, text.indexOf('=')) ? e.withRemedy(SWAPPED) : e;
    }
  }

  private static boolean isSecretName(String text, int end) {
    try {
      SecretName unused = SecretName.parse(text.substring(0, Math.max(end, 0)));
      return true;
    } catch (MalformedSecretException e) {
      return false;
    }
  }

  /** Returns the binding with its reference in short, as after {@code --secret}. */
  @Override
  public String toString() {
    return variable + "=" + ref.toShortString();
  }
}
