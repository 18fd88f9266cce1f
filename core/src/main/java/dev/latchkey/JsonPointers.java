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
    check(pointer, 0);
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(pointer)) {
      throw new MalformedSecretException("A field is text without lone surrogates.", "", -1);
    }
  }

  private static void check(String text, int start) {
    if (start == text.length() || text.charAt(start) != '/') {
      throw MalformedSecretException.at(
          "A field is a JSON pointer and starts with a slash", text, start);
    }
    for (int i = text.indexOf('~', start); i >= 0; i = text.indexOf('~', i + 1)) {
      boolean escape =
          i + 1 < text.length() && (text.charAt(i + 1) == '0' || text.charAt(i + 1) == '1');
      if (!escape) {
        throw MalformedSecretException.at(
            "In a JSON pointer a tilde is written ~0, and ~1 is a slash", text, i);
      }
    }
  }

  /** Returns the pointer that is written as a URI fragment in {@code text[start, end)}. */
  static String decode(String text, int start, int end) {
    String fragment = text.substring(0, end);
    check(fragment, start);
    ByteBuffer bytes = ByteBuffer.allocate(end - start);
    for (int i = start; i < end; i++) {
      char c = fragment.charAt(i);
      if (c == '%') {
        int high = i + 2 < end ? Character.digit(fragment.charAt(i + 1), 16) : -1;
        int low = i + 2 < end ? Character.digit(fragment.charAt(i + 2), 16) : -1;
        if (high < 0 || low < 0 || fragment.charAt(i + 1) > 'f' || fragment.charAt(i + 2) > 'f') {
          throw MalformedSecretException.at(
              "In a field a percent sign stands before two hexadecimal digits", text, i);
        }
        bytes.put((byte) (high << 4 | low));
        i += 2;
      } else if (isFragmentCharacter(c)) {
        bytes.put((byte) c);
      } else {
        throw MalformedSecretException.at(
            "In a field this character is percent-encoded, as in a URI", text, i);
      }
    }
    String pointer;
    try {
      pointer = StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
    } catch (CharacterCodingException e) {
      throw MalformedSecretException.at(
          "In a field percent-encoded bytes are UTF-8 text", text, start);
    }
    if (pointer.indexOf('~') != fragment.indexOf('~', start) - start) {
      check(pointer);
    }
    return pointer;
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

  /** Tells whether a character stands for itself in a fragment: RFC 3986 section 3.5. */
  private static boolean isFragmentCharacter(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || "-._~!$&'()*+,;=:@/?".indexOf(c) >= 0;
  }
}
