package dev.latchkey.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.SecretValue;
import dev.latchkey.SecretValueException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** One value that must not show, in the forms in which it could. Immutable. */
final class ForbiddenValue {
  private static final int MIN_LENGTH = 4;
  private static final int MAX_LENGTH = 1024;
  private static final int MAX_LINES = 1000;

  /** How much longer than a byte of the value an escape is: a backslash twice, a u and digits. */
  private static final int MAX_ESCAPE = 7;

  private static final String WHOLE = "as it is";
  private static final String LIST = "as a list of bytes";

  private final String name;

  /** What each text is that is looked for. */
  private final Map<String, String> forms = new LinkedHashMap<>();

  private final boolean cut;

  /** Part of a searched text that shows something of the value. */
  record Range(int from, int to, String name) {}

  /**
   * Makes what finds a value.
   *
   * @param charsets those that text may be written in
   * @throws IllegalArgumentException if the value cannot be told from chance
   */
  ForbiddenValue(String name, byte[] value, Set<Charset> charsets) {
    this.name = name;
    String text;
    try (SecretValue secret = SecretValue.copyOf(value)) {
      text = secret.reveal();
    } catch (SecretValueException notText) {
      text = null;
    }
    if (text == null) {
      requireTellable(value.length, "bytes", IntStream.range(0, value.length).map(i -> value[i]));
      byte[] start = Arrays.copyOf(value, Math.min(value.length, MAX_LENGTH));
      forms.put(new String(start, ISO_8859_1), WHOLE);
      forms.putIfAbsent(SearchedText.bytesOf(new String(start, ISO_8859_1)), "as text");
      addEncoded(start);
      cut = start.length < value.length;
      return;
    }
    requireTellable(text.codePointCount(0, text.length()), "characters", text.codePoints());
    String start = text.substring(0, startOf(text));
    // An app strips what an editor has put at the end of a file.
    for (String each : new LinkedHashSet<>(List.of(start, start.strip()))) {
      if (each.length() >= MIN_LENGTH) {
        addText(each, charsets);
      }
    }
    addLines(text);
    cut = start.length() < text.length();
  }

  private static int startOf(String text) {
    if (text.length() <= MAX_LENGTH) {
      return text.length();
    }
    return Character.isHighSurrogate(text.charAt(MAX_LENGTH - 1)) ? MAX_LENGTH - 1 : MAX_LENGTH;
  }

  private void requireTellable(int length, String unit, IntStream units) {
    String problem =
        length < MIN_LENGTH
            ? "has " + length + " " + unit
            : units.distinct().count() == 1 ? "is one of its " + unit + " repeated" : "";
    if (!problem.isEmpty()) {
      throw new IllegalArgumentException(
          "The value of "
              + name
              + " "
              + problem
              + ", too little to tell a leak from chance. Give the test one of "
              + MIN_LENGTH
              + " or more that differ.");
    }
  }

  private void addText(String text, Set<Charset> charsets) {
    for (Charset charset : charsets) {
      String written = new String(text.getBytes(charset), ISO_8859_1);
      // What a charset does not have is written as question marks, which tell nothing.
      if (written.chars().filter(c -> c != '?').count() >= MIN_LENGTH) {
        forms.putIfAbsent(written, WHOLE);
      }
    }
    addEncoded(text.getBytes(UTF_8));
  }

  private void addLines(String text) {
    List<String> lines = text.strip().lines().limit(MAX_LINES).map(String::strip).toList();
    boolean pem = text.startsWith("-----BEGIN ");
    for (int i = 0; i < lines.size() && lines.size() > 1; i++) {
      String line = lines.get(i);
      // What all keys have, in their first and last line and in headers, is no secret.
      boolean isPublic = pem && (line.startsWith("-----") || line.contains(": "));
      if (line.length() >= MIN_LENGTH && !isPublic) {
        forms.putIfAbsent(
            SearchedText.bytesOf(line.substring(0, startOf(line))), "line " + (i + 1) + " of it");
      }
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
    for (int mask : new int[] {-1, 0xff}) {
      for (String comma : List.of(", ", ",")) {
        forms.putIfAbsent(
            IntStream.range(0, bytes.length)
                .mapToObj(i -> String.valueOf(bytes[i] & mask))
                .collect(Collectors.joining(comma)),
            LIST);
      }
    }
  }

  /** The value may stand anywhere in what was encoded: keeps what it alone determines. */
  private static String base64(byte[] bytes, int shift) {
    byte[] shifted = new byte[shift + bytes.length];
    System.arraycopy(bytes, 0, shifted, shift, bytes.length);
    String text = Base64.getEncoder().encodeToString(shifted);
    return text.substring((shift * 8 + 5) / 6, shifted.length * 8 / 6);
  }

  String name() {
    return name;
  }

  /** Returns how much of what was searched may be the beginning of something to be found. */
  int reach() {
    int reach = 0;
    for (Map.Entry<String, String> form : forms.entrySet()) {
      boolean escaped = form.getValue().equals(WHOLE);
      reach = Math.max(reach, form.getKey().length() * (escaped ? MAX_ESCAPE : 1));
    }
    return reach + 1;
  }

  /** Returns the forms in which a text that is not escaped shows this value. */
  Set<String> find(SearchedText text) {
    Set<String> found = new TreeSet<>();
    forms.forEach(
        (form, what) -> {
          if (what.equals(LIST) ? text.hasNumbers(form) : text.has(form)) {
            found.add(what);
          }
        });
    return found;
  }

  /** Tells whether parts of this value may be beside what is found of it in a text. */
  boolean isFoundInPart(SearchedText text) {
    Set<String> found = find(text);
    boolean line = !found.contains(WHOLE) && found.stream().anyMatch(it -> it.startsWith("line "));
    return !found.isEmpty() && (cut || line);
  }

  /** Returns where a text shows this value, in any form. */
  List<Range> ranges(String text) {
    List<Range> ranges = new ArrayList<>();
    for (String form : forms.keySet()) {
      for (int at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) {
        ranges.add(new Range(at, at + form.length(), name));
      }
    }
    return ranges;
  }
}
