package dev.latchkey.testing.service;

import static dev.latchkey.testing.wire.WireJson.bad;

import dev.latchkey.testing.wire.RefusedException;
import java.util.Arrays;

/**
 * Takes a text out of JSON without making a string of it, which nothing could overwrite, and
 * without a parser's buffers, which are used again.
 */
final class JsonText {
  private final byte[] json;
  private int next;
  private final byte[] text;
  private int length;

  private JsonText(byte[] json, int quote) {
    this.json = json;
    this.next = quote + 1;
    this.text = new byte[end(json, next) - next]; // An escape is never shorter than what it means.
  }

  private static int end(byte[] json, int from) {
    int i = from;
    while (json[i] != '"') {
      i += json[i] == '\\' ? 2 : 1;
    }
    return i;
  }

  /**
   * Returns the UTF-8 bytes of a text, which the caller overwrites.
   *
   * @param json well-formed, as a parser has found
   * @param quote where the text begins
   * @throws RefusedException if it has a lone surrogate
   */
  static byte[] utf8(byte[] json, int quote) throws RefusedException {
    var decoding = new JsonText(json, quote);
    try {
      decoding.decode();
      return Arrays.copyOf(decoding.text, decoding.length);
    } finally {
      Arrays.fill(decoding.text, (byte) 0);
    }
  }

  private void decode() throws RefusedException {
    while (json[next] != '"') {
      byte b = json[next++];
      if (b == '\\') {
        escape(json[next++]);
      } else {
        text[length++] = b;
      }
    }
  }

  private void escape(byte kind) throws RefusedException {
    switch (kind) {
      case 'b' -> text[length++] = '\b';
      case 'f' -> text[length++] = '\f';
      case 'n' -> text[length++] = '\n';
      case 'r' -> text[length++] = '\r';
      case 't' -> text[length++] = '\t';
      case 'u' -> encode(codePoint());
      default -> text[length++] = kind; // A quote, a slash or a backslash.
    }
  }

  private int codePoint() throws RefusedException {
    char first = unit();
    if (!Character.isSurrogate(first)) {
      return first;
    }
    if (Character.isHighSurrogate(first) && json[next] == '\\' && json[next + 1] == 'u') {
      next += 2;
      char second = unit();
      if (Character.isLowSurrogate(second)) {
        return Character.toCodePoint(first, second);
      }
    }
    throw bad("The value has half of a surrogate pair.");
  }

  private char unit() {
    int unit = 0;
    for (int i = 0; i < 4; i++) {
      unit = (unit << 4) | Character.digit(json[next++], 16);
    }
    return (char) unit;
  }

  private void encode(int codePoint) {
    if (codePoint < 0x80) {
      text[length++] = (byte) codePoint;
    } else if (codePoint < 0x800) {
      text[length++] = (byte) (0xc0 | (codePoint >> 6));
      continuation(codePoint);
    } else if (codePoint < 0x10000) {
      text[length++] = (byte) (0xe0 | (codePoint >> 12));
      continuation(codePoint >> 6);
      continuation(codePoint);
    } else {
      text[length++] = (byte) (0xf0 | (codePoint >> 18));
      continuation(codePoint >> 12);
      continuation(codePoint >> 6);
      continuation(codePoint);
    }
  }

  private void continuation(int bits) {
    text[length++] = (byte) (0x80 | (bits & 0x3f));
  }
}
