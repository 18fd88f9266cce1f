package dev.latchkey;

/** The name of an environment variable, as POSIX has it (IEEE 1003.1, 8.1 and 3.216). */
final class EnvName {
  private EnvName() {}

  /**
   * Returns the name before the first equals sign of a text.
   *
   * @param form what the text should be like, for the message
   */
  static String before(String text, String form) {
    int equals = text.indexOf('=');
    if (equals < 0) {
      throw MalformedSecretException.at(
          form + ", and here the equals sign is missing", text, text.length());
    }
    return parse(text, equals);
  }

  /** Returns {@code text[0, end)} if it is a name; positions of errors count from the start. */
  static String parse(String text, int end) {
    if (end == 0) {
      throw MalformedSecretException.at("The name of a variable is missing", text, 0);
    }
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
      boolean digit = c >= '0' && c <= '9';
      if (!letter && !digit) {
        throw MalformedSecretException.at(
            "The name of a variable holds only letters, digits and underscores", text, i);
      }
      if (digit && i == 0) {
        throw MalformedSecretException.at("The name of a variable starts with no digit", text, i);
      }
    }
    return text.substring(0, end);
  }
}
