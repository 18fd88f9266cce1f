package dev.latchkey.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * Bytes that are searched, as the ISO 8859-1 string of them, so that output, logs and files of any
 * bytes are searched alike; and what they say where they are escaped. What is escaped is found by
 * unescaping, since there are many ways of choosing what to escape, and one of reading it.
 *
 * @param text the bytes
 * @param before how many of the first of them have been searched before
 */
record SearchedText(String text, int before) {
  /** A text after unescaping. */
  record Unescaped(String what, SearchedText text) {}

  static SearchedText of(String text) {
    return new SearchedText(bytesOf(text), 0);
  }

  static SearchedText of(byte[] bytes) {
    return new SearchedText(new String(bytes, ISO_8859_1), 0);
  }

  /** Returns a text in the form that is searched. */
  static String bytesOf(String text) {
    return new String(text.getBytes(UTF_8), ISO_8859_1);
  }

  /** Tells whether a form is there that does not end in what was searched before. */
  boolean has(String form) {
    return text.indexOf(form, Math.max(0, before - form.length() + 1)) >= 0;
  }

  /** Tells the same of numbers, which are not there as the end or the beginning of others. */
  boolean hasNumbers(String form) {
    int at = text.indexOf(form, Math.max(0, before - form.length()));
    while (at >= 0) {
      if (!isDigit(at - 1) && !isDigit(at + form.length())) {
        return true;
      }
      at = text.indexOf(form, at + 1);
    }
    return false;
  }

  private boolean isDigit(int at) {
    return at >= 0 && at < text.length() && Character.isDigit(text.charAt(at));
  }

  /** Returns what is said if this is escaped; nothing if it cannot be. */
  List<Unescaped> unescaped() {
    List<Unescaped> all = new ArrayList<>();
    if (text.indexOf('%') >= 0 || text.indexOf('+') >= 0) {
      SearchedText once = rewritten(SearchedText::url);
      Stream.of(
              once,
              rewritten(SearchedText::form),
              once.rewritten(SearchedText::url),
              once.rewritten(SearchedText::form))
          .forEach(each -> all.add(new Unescaped("URL-escaped", each)));
    }
    if (text.indexOf('\\') >= 0) {
      SearchedText once = rewritten(SearchedText::json);
      all.add(new Unescaped("JSON-escaped", once));
      // Such as a document within a string of another.
      all.add(new Unescaped("JSON-escaped", once.rewritten(SearchedText::json)));
    }
    return all;
  }

  /** Reads on from a place in a text, and appends what it says. */
  private static final class Cursor {
    final String text;
    int at;

    Cursor(String text) {
      this.text = text;
    }

    /** Returns the number in hexadecimal digits that begin at a place; -1 if it is none. */
    int hex(int from, int digits) {
      int number = 0;
      for (int i = from; i < from + digits; i++) {
        int digit = i < text.length() ? Character.digit(text.charAt(i), 16) : -1;
        if (digit < 0) {
          return -1;
        }
        number = number << 4 | digit;
      }
      return number;
    }
  }

  private SearchedText rewritten(BiConsumer<Cursor, StringBuilder> step) {
    StringBuilder rewritten = new StringBuilder(text.length());
    Cursor cursor = new Cursor(text);
    int searched = 0;
    while (cursor.at < text.length()) {
      step.accept(cursor, rewritten);
      if (cursor.at <= before) {
        searched = rewritten.length();
      }
    }
    return new SearchedText(rewritten.toString(), searched);
  }

  private static void url(Cursor cursor, StringBuilder to) {
    char next = cursor.text.charAt(cursor.at++);
    int code = next == '%' ? cursor.hex(cursor.at, 2) : -1;
    if (code >= 0) {
      cursor.at += 2;
    }
    to.append(code >= 0 ? (char) code : next);
  }

  /** In an HTML form a plus sign is a blank. */
  private static void form(Cursor cursor, StringBuilder to) {
    if (cursor.text.charAt(cursor.at) == '+') {
      cursor.at++;
      to.append(' ');
    } else {
      url(cursor, to);
    }
  }

  private static void json(Cursor cursor, StringBuilder to) {
    char next = cursor.text.charAt(cursor.at++);
    if (next != '\\' || cursor.at == cursor.text.length()) {
      to.append(next);
      return;
    }
    char escape = cursor.text.charAt(cursor.at);
    int unit = escape == 'u' ? cursor.hex(cursor.at + 1, 4) : -1;
    if (unit >= 0) {
      cursor.at += 5;
      int low = pairOf((char) unit, cursor);
      String character =
          low < 0 ? String.valueOf((char) unit) : new String(new char[] {(char) unit, (char) low});
      to.append(bytesOf(character));
      return;
    }
    int simple = "bfnrt\"\\/".indexOf(escape);
    if (simple >= 0) {
      cursor.at++;
    }
    to.append(simple >= 0 ? "\b\f\n\r\t\"\\/".charAt(simple) : next);
  }

  /** Returns the second half of a surrogate pair, and moves behind it; -1 if there is none. */
  private static int pairOf(char first, Cursor cursor) {
    if (!Character.isHighSurrogate(first) || !cursor.text.startsWith("\\u", cursor.at)) {
      return -1;
    }
    int low = cursor.hex(cursor.at + 2, 4);
    if (low < 0 || !Character.isLowSurrogate((char) low)) {
      return -1;
    }
    cursor.at += 6;
    return low;
  }
}
