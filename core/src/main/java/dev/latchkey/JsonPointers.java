package dev.latchkey;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** The syntax of JSON pointers (RFC 6901), plain and as the fragment of a URI (section 6). */
final class JsonPointers {
  private static final String HEX = "0123456789ABCDEF";

  private JsonPointers() {}

  /** Throws unless the text is a JSON pointer to a field. */
  static void check(String pointer) {
    if (!pointer.startsWith("/")) {
      throw noSlash(pointer, 0);
    }
    for (int i = pointer.indexOf('~'); i >= 0; i = pointer.indexOf('~', i + 1)) {
      if (i + 1 == pointer.length() || !endsEscape(pointer.charAt(i + 1))) {
        throw badTilde(pointer, i);
      }
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(pointer)) {
      throw new MalformedSecretException("A field is text without lone surrogates.", "", -1);
    }
  }

  /**
   * Returns the pointer that is written as a URI fragment in {@code text[start, end)}. The rules of
   * pointers are those of the decoded text: {@code %7E} is as much a tilde as {@code ~} is.
   */
  static String decode(String text, int start, int end) {
    ByteBuffer bytes = ByteBuffer.allocate(end - start);
    int openTilde = -1;
    for (int i = start; i < end; i++) {
      int at = i;
      char c = text.charAt(i);
      if (c == '%') {
        c = (char) octet(text, i, end);
        i += 2;
      } else if (c == '?') {
        throw MalformedSecretException.at(
            "Parameters stand before the #; in a field a question mark is written %3F", text, i);
      } else if (!isFragmentCharacter(c)) {
        throw MalformedSecretException.at(
            "In a field this character is percent-encoded, as in a URI", text, i);
      }
      if (at == start && c != '/') {
        throw noSlash(text, at);
      }
      if (openTilde >= 0 && !endsEscape(c)) {
        throw badTilde(text, openTilde);
      }
      openTilde = c == '~' ? at : -1;
      bytes.put((byte) c);
    }
    if (start == end) {
      throw noSlash(text, start);
    }
    if (openTilde >= 0) {
      throw badTilde(text, openTilde);
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
    } catch (CharacterCodingException e) {
      throw MalformedSecretException.at(
          "In a field, percent-encoded bytes are UTF-8 text", text, start);
    }
  }

  private static int octet(String text, int percent, int end) {
    int high = percent + 2 < end ? hexDigit(text.charAt(percent + 1)) : -1;
    int low = percent + 2 < end ? hexDigit(text.charAt(percent + 2)) : -1;
    if (high < 0 || low < 0) {
      throw MalformedSecretException.at(
          "In a field a percent sign stands before two hexadecimal digits", text, percent);
    }
    return high << 4 | low;
  }

  private static int hexDigit(char c) {
    return c < 128 ? Character.digit(c, 16) : -1;
  }

  private static boolean endsEscape(char c) {
    return c == '0' || c == '1';
  }

  private static MalformedSecretException noSlash(String text, int position) {
    return MalformedSecretException.at(
        "A field is a JSON pointer and starts with a slash", text, position);
  }

  private static MalformedSecretException badTilde(String text, int position) {
    return MalformedSecretException.at(
        "In a JSON pointer a tilde is written ~0, and ~1 is a slash", text, position);
  }

  /** Returns a pointer, written as a URI fragment. */
  static String encode(String pointer) {
    var text = new StringBuilder(pointer.length() + 8);
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(CharBuffer.wrap(pointer));
    while (bytes.hasRemaining()) {
      byte b = bytes.get();
      if (isFragmentCharacter((char) b)) {
        text.append((char) b);
      } else {
        text.append('%').append(HEX.charAt(b >> 4 & 0xF)).append(HEX.charAt(b & 0xF));
      }
    }
    return text.toString();
  }

  /**
   * Tells whether a character stands for itself in a fragment: RFC 3986 section 3.5, but for the
   * question mark. One there is a mistyped pin more often than a part of a field's name.
   */
  private static boolean isFragmentCharacter(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || "-._~!$&'()*+,;=:@/".indexOf(c) >= 0;
  }
}
