package dev.latchkey;

import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A secret name, a reference, a binding or an environment variable's name is not well-formed. The
 * author has to act. The message names the rule that was broken and the character that breaks it,
 * counted from 1.
 */
public final class MalformedSecretException extends SecretException {
  private static final long serialVersionUID = 1L;

  private final int position;

  /**
   * Returns the breach of a rule at a character of a text, which is not repeated in the message.
   *
   * @param rule what well-formed text is like, without a full stop
   */
  static MalformedSecretException at(String rule, String text, int position) {
    return at(rule, text, position, "");
  }

  static MalformedSecretException at(String rule, String text, int position, String remedy) {
    String where = position >= text.length() ? "at the end" : "at character " + (position + 1);
    return new MalformedSecretException(rule + " (" + where + ").", remedy, position);
  }

  MalformedSecretException(String problem, String remedy, int position) {
    this(problem, remedy, position, null);
  }

  private MalformedSecretException(
      String problem, String remedy, int position, @Nullable Throwable cause) {
    super(problem, remedy, cause);
    this.position = position;
  }

  /**
   * Returns the index, from 0, of the character of the parsed text that breaks the rule; the length
   * of the text where something is missing at its end; empty where no one character is to blame, as
   * with a duplicate.
   */
  public OptionalInt position() {
    return position < 0 ? OptionalInt.empty() : OptionalInt.of(position);
  }

  /**
   * Returns this failure with another problem and without the remedy, which may repeat the text.
   */
  MalformedSecretException withoutRemedy(String problem) {
    return new MalformedSecretException(problem, "", position);
  }

  /** Returns this failure with a remedy. */
  MalformedSecretException withRemedy(String remedy) {
    return new MalformedSecretException(problem(), remedy, position);
  }

  @Override
  public MalformedSecretException withProblem(String problem) {
    return new MalformedSecretException(problem, remedy(), position, this);
  }
}
