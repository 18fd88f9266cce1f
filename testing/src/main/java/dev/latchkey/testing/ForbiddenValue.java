package dev.latchkey.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.SecretValue;
import dev.latchkey.SecretValueException;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One value that must not show, in the forms in which it could. What is searched is bytes, as the
 * ISO 8859-1 string of them, so that output, logs and files of any bytes are searched alike.
 * Immutable.
 */
final class ForbiddenValue {
  /** A shorter value would be found by chance. */
  static final int MIN_LENGTH = 4;

  /** What is looked for of a longer value is its beginning. */
  private static final int MAX_LENGTH = 1024;

  private static final int MAX_LINES = 1000;

  /** How much longer an escaped value is than the value: each byte as a backslash, u and digits. */
  private static final int MAX_ESCAPE = 7;

  private static final Pattern URL_ESCAPE = Pattern.compile("%([0-9A-Fa-f]{2})");
  private static final Pattern JSON_ESCAPE =
      Pattern.compile("\\\\(?:u([0-9A-Fa-f]{4})|([bfnrt\"\\\\/]))");

  private final String name;

  /** Which form a text is that is looked for. */
  private final Map<String, String> forms = new LinkedHashMap<>();

  /** Those that an escaped text is searched for once it is unescaped. */
  private final Map<String, String> plainForms = new LinkedHashMap<>();

  /**
   * Makes what finds a value.
   *
   * @throws IllegalArgumentException if the value is shorter than {@value #MIN_LENGTH} characters
   */
  ForbiddenValue(String name, byte[] value) {
    this.name = name;
    try (SecretValue secret = SecretValue.copyOf(value)) {
      String text;
      try {
        text = secret.reveal();
      } catch (SecretValueException notText) {
        addBytes(value);
        return;
      }
      addText(text);
    }
  }

  private void addText(String text) {
    requireLength(text.codePointCount(0, text.length()), "characters");
    String start = text.length() <= MAX_LENGTH ? text : text.substring(0, MAX_LENGTH);
    for (Charset charset : List.of(UTF_8, ISO_8859_1, Charset.defaultCharset())) {
      if (charset.newEncoder().canEncode(start)) {
        plainForms.putIfAbsent(new String(start.getBytes(charset), ISO_8859_1), "as it is");
      }
    }
    addEncoded(start.getBytes(UTF_8));
    List<String> lines = text.lines().limit(MAX_LINES).map(String::strip).toList();
    for (int i = 0; i < lines.size() && lines.size() > 1; i++) {
      String line = lines.get(i);
      if (line.length() >= MIN_LENGTH && !isPublic(line)) {
        plainForms.putIfAbsent(bytesOf(line), "line " + (i + 1) + " of it");
      }
    }
    forms.putAll(plainForms);
  }

  /** Such as the first and last line of a key, which all keys have. */
  private static boolean isPublic(String line) {
    return line.startsWith("-----") && line.endsWith("-----");
  }

  private void addBytes(byte[] value) {
    requireLength(value.length, "bytes");
    byte[] start = Arrays.copyOf(value, Math.min(value.length, MAX_LENGTH));
    plainForms.put(new String(start, ISO_8859_1), "as it is");
    plainForms.putIfAbsent(bytesOf(new String(start, ISO_8859_1)), "as text");
    addEncoded(start);
    forms.putAll(plainForms);
  }

  private void requireLength(int length, String unit) {
    if (length < MIN_LENGTH) {
      throw new IllegalArgumentException(
          "The value of "
              + name
              + " has "
              + length
              + " "
              + unit
              + ", too few to tell a leak from chance. Give the test one of "
              + MIN_LENGTH
              + " or more.");
    }
  }

  private void addEncoded(byte[] bytes) {
    for (int shift = 0; shift < 3; shift++) {
      String base64 = base64(bytes, shift);
      forms.putIfAbsent(base64, "in base64");
      forms.putIfAbsent(base64.replace('+', '-').replace('/', '_'), "in base64");
    }
    forms.putIfAbsent(HexFormat.of().formatHex(bytes), "in hexadecimal");
    forms.putIfAbsent(HexFormat.of().withUpperCase().formatHex(bytes), "in hexadecimal");
    String list = Arrays.toString(bytes);
    forms.putIfAbsent(list.substring(1, list.length() - 1), "as a list of bytes");
  }

  /** The value may stand anywhere in what was encoded: keeps what it alone determines. */
  private static String base64(byte[] bytes, int shift) {
    byte[] shifted = new byte[shift + bytes.length];
    System.arraycopy(bytes, 0, shifted, shift, bytes.length);
    String text = Base64.getEncoder().encodeToString(shifted);
    return text.substring((shift * 8 + 5) / 6, shifted.length * 8 / 6);
  }

  /** Returns a text in the form that is searched. */
  static String bytesOf(String text) {
    return new String(text.getBytes(UTF_8), ISO_8859_1);
  }

  String name() {
    return name;
  }

  /** Returns how much of what was searched may be the beginning of something to be found. */
  int reach() {
    int longest = 0;
    for (String each : forms.keySet()) {
      longest = Math.max(longest, each.length());
    }
    for (String each : plainForms.keySet()) {
      longest = Math.max(longest, each.length() * MAX_ESCAPE);
    }
    return longest;
  }

  /**
   * Returns the forms in which a text has this value.
   *
   * @param searched how much of the text's beginning has been searched before
   */
  Set<String> find(String text, int searched) {
    Set<String> found = new TreeSet<>();
    forms.forEach(
        (form, what) -> {
          if (text.indexOf(form, Math.max(0, searched - form.length() + 1)) >= 0) {
            found.add(what);
          }
        });
    if (found.isEmpty()
        && text.indexOf('%') >= 0
        && (appears(text, searched, ForbiddenValue::unescapeUrl)
            || appears(text.replace('+', ' '), searched, ForbiddenValue::unescapeUrl))) {
      found.add("URL-escaped");
    }
    if (found.isEmpty()
        && text.indexOf('\\') >= 0
        && (appears(text, searched, ForbiddenValue::unescapeJson)
            // Such as a document within a string of another.
            || appears(text, searched, json -> unescapeJson(unescapeJson(json))))) {
      found.add("JSON-escaped");
    }
    return found;
  }

  /** Tells whether the value is in an unescaped text, and not in its beginning alone. */
  private boolean appears(String text, int searched, UnaryOperator<String> unescape) {
    return hasPlain(unescape.apply(text))
        && !hasPlain(unescape.apply(text.substring(0, Math.min(searched, text.length()))));
  }

  private boolean hasPlain(String text) {
    return plainForms.keySet().stream().anyMatch(text::contains);
  }

  private static String unescapeUrl(String text) {
    return URL_ESCAPE
        .matcher(text)
        .replaceAll(
            escape ->
                Matcher.quoteReplacement(
                    String.valueOf((char) Integer.parseInt(escape.group(1), 16))));
  }

  private static String unescapeJson(String text) {
    // Of characters, since an escape stands for one and not for its bytes.
    String characters = new String(text.getBytes(ISO_8859_1), UTF_8);
    return bytesOf(
        JSON_ESCAPE
            .matcher(characters)
            .replaceAll(
                escape -> {
                  String code = escape.group(1);
                  String unescaped =
                      code == null
                          ? letter(escape.group(2))
                          : String.valueOf((char) Integer.parseInt(code, 16));
                  return Matcher.quoteReplacement(unescaped);
                }));
  }

  private static String letter(String escape) {
    return switch (escape) {
      case "b" -> "\b";
      case "f" -> "\f";
      case "n" -> "\n";
      case "r" -> "\r";
      case "t" -> "\t";
      default -> escape;
    };
  }

  /** Returns a text with the secret's name in place of the value, wherever it is not escaped. */
  String redact(String text) {
    String redacted = text;
    for (String form :
        forms.keySet().stream().sorted(Comparator.comparing(String::length).reversed()).toList()) {
      redacted = redacted.replace(form, "[" + name + "]");
    }
    return redacted;
  }
}
