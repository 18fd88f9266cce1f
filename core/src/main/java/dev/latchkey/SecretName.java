package dev.latchkey;

import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;

/**
 * The name of a secret: an RFC 1123 host name (section 2.1, over RFC 952) whose first character is
 * a letter. It is made of labels of 1 to 63 ASCII letters, digits and dashes, which neither start
 * nor end with a dash, joined by single periods; at most 253 characters in all.
 *
 * <p>Names that differ only in case are the same secret. {@link #toString} gives the name as it was
 * written, {@link #canonical} the lower-case form that is compared, sealed and stored. Immutable
 * and thread-safe.
 */
public final class SecretName implements Comparable<SecretName> {
  /** The most characters of a name. */
  public static final int MAX_LENGTH = 253;

  /** The most characters between two periods. */
  public static final int MAX_LABEL_LENGTH = 63;

  private final String written;
  private final String canonical;

  private SecretName(String written) {
    this.written = written;
    this.canonical = written.toLowerCase(Locale.ROOT);
  }

  /**
   * Returns the name that a text spells.
   *
   * @throws MalformedSecretException if the text breaks a rule above; the message says which, at
   *     which character, and offers the nearest legal name
   */
  public static SecretName parse(String text) {
    return parse(text, 0, text.length());
  }

  /** Parses {@code text[start, end)}; the position of an error counts from the text's start. */
  static SecretName parse(String text, int start, int end) {
    if (start == end) {
      throw malformed("A secret name is missing", text, start, end, start);
    }
    if (!isLetter(text.charAt(start))) {
      throw malformed("A secret name starts with a letter", text, start, end, start);
    }
    int label = start;
    for (int i = start; i < end; i++) {
      char c = text.charAt(i);
      if (i - start >= MAX_LENGTH) {
        throw malformed(
            "A secret name has at most " + MAX_LENGTH + " characters", text, start, end, i);
      }
      if (c == '.') {
        checkLabelEnd(text, start, end, label, i);
        label = i + 1;
      } else if (!isLetter(c) && !isDigit(c) && c != '-') {
        throw malformed(
            "A secret name holds only letters, digits, dashes and periods", text, start, end, i);
      } else if (c == '-' && i == label) {
        throw malformed("A part of a secret name starts with no dash", text, start, end, i);
      } else if (i - label >= MAX_LABEL_LENGTH) {
        throw malformed(
            "A part of a secret name has at most " + MAX_LABEL_LENGTH + " characters",
            text,
            start,
            end,
            i);
      }
    }
    checkLabelEnd(text, start, end, label, end);
    return new SecretName(text.substring(start, end));
  }

  private static void checkLabelEnd(String text, int start, int end, int label, int labelEnd) {
    if (label == labelEnd) {
      int position = labelEnd == end ? labelEnd - 1 : labelEnd;
      throw malformed(
          "The parts of a secret name are joined by single periods", text, start, end, position);
    }
    if (text.charAt(labelEnd - 1) == '-') {
      throw malformed("A part of a secret name ends with no dash", text, start, end, labelEnd - 1);
    }
  }

  private static MalformedSecretException malformed(
      String rule, String text, int start, int end, int position) {
    String remedy =
        nearest(text.substring(start, Math.min(end, start + 2 * MAX_LENGTH)))
            .map(name -> "Nearest legal name: " + name + ".")
            .orElse("");
    return MalformedSecretException.at(rule, text, position, remedy);
  }

  /** Returns the legal name that a person who wrote an illegal one may have meant. */
  private static Optional<String> nearest(String text) {
    String name =
        Normalizer.normalize(text, Normalizer.Form.NFKD)
            .replaceAll("\\p{M}+", "")
            .replaceAll("[^A-Za-z0-9.-]+", "-")
            .replaceAll("-*\\.[.-]*", ".")
            .replaceAll("^[^A-Za-z]+", "");
    var result = new StringBuilder();
    for (String label : name.split("\\.", -1)) {
      String part = label.substring(0, Math.min(label.length(), MAX_LABEL_LENGTH));
      part = part.replaceAll("^-+|-+$", "");
      if (!part.isEmpty() && result.length() + 1 + part.length() <= MAX_LENGTH) {
        result.append(result.length() == 0 ? "" : ".").append(part);
      }
    }
    return result.length() == 0 ? Optional.empty() : Optional.of(result.toString());
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /** Returns the name in lower case, the form that is compared, sealed and stored. */
  public String canonical() {
    return canonical;
  }

  @Override
  public int compareTo(SecretName other) {
    return canonical.compareTo(other.canonical);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof SecretName other && canonical.equals(other.canonical);
  }

  @Override
  public int hashCode() {
    return canonical.hashCode();
  }

  /** Returns the name as it was written. */
  @Override
  public String toString() {
    return written;
  }
}
