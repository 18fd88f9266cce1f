package dev.latchkey;

import org.jspecify.annotations.Nullable;

/** Reads the short form of one reference, from left to right and once. */
final class RefParser {
  private static final String VERSION = "version=";

  private final String text;
  private final int start;
  private final int end;

  private long version;
  private boolean optional;

  RefParser(String text, int start, int end) {
    this.text = text;
    this.start = start;
    this.end = end;
  }

  SecretRef parse() {
    int hash = indexOf('#', start, end);
    int question = indexOf('?', start, hash);
    SecretName name = name(question);
    if (question < hash) {
      parameters(question + 1, hash);
    }
    @Nullable String field = hash < end ? JsonPointers.decode(text, hash + 1, end) : null;

    SecretRef ref = SecretRef.of(name);
    ref = version == 0 ? ref : ref.withVersion(version);
    ref = field == null ? ref : ref.withField(field);
    return optional ? ref.asOptional() : ref;
  }

  private SecretName name(int nameEnd) {
    for (int i = start; i < nameEnd; i++) {
      switch (text.charAt(i)) {
        case '/' -> throw malformed("A reference has a name and no path", i);
        case ':' -> throw malformed("A reference has a name and no port", i);
        case '@' -> throw malformed("A reference has a name and no user", i);
        default -> {}
      }
    }
    return SecretName.parse(text, start, nameEnd);
  }

  private void parameters(int from, int to) {
    int i = from;
    while (true) {
      int next = indexOf('&', i, to);
      parameter(i, next);
      if (next == to) {
        return;
      }
      i = next + 1;
    }
  }

  private void parameter(int from, int to) {
    if (text.startsWith(VERSION, from) && from + VERSION.length() <= to) {
      if (version != 0) {
        throw malformed("The parameter version stands twice", from);
      }
      version = version(from + VERSION.length(), to);
    } else if (to - from == "optional".length() && text.startsWith("optional", from)) {
      if (optional) {
        throw malformed("The parameter optional stands twice", from);
      }
      optional = true;
    } else {
      throw malformed("A reference has the parameters version=N and optional, and no other", from);
    }
  }

  private long version(int from, int to) {
    long value = 0;
    for (int i = from; i < to; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9 || (digit == 0 && i == from)) {
        throw malformed("A version is a number from 1, without leading zeros", i);
      }
      if (value > (Long.MAX_VALUE - digit) / 10) {
        throw malformed("A version is at most " + Long.MAX_VALUE, i);
      }
      value = value * 10 + digit;
    }
    if (from == to) {
      throw malformed("A version is a number from 1, without leading zeros", from);
    }
    return value;
  }

  /** Returns the first index of a character in {@code [from, to)}, or {@code to}. */
  private int indexOf(char c, int from, int to) {
    for (int i = from; i < to; i++) {
      if (text.charAt(i) == c) {
        return i;
      }
    }
    return to;
  }

  private MalformedSecretException malformed(String rule, int position) {
    return MalformedSecretException.at(rule, text, position);
  }
}
