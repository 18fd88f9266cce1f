package dev.latchkey;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URLEncoder;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** A value that is looked for wherever none should be, in the forms that it might take. */
final class Canary {
  static final String VALUE = "c4n4ry\"\\é+/?~Zq";

  private Canary() {}

  /** Returns the forms in which a text holds the value, or a part of it that cannot be chance. */
  static List<String> in(String text, String value) {
    byte[] bytes = value.getBytes(UTF_8);
    String hex = HexFormat.of().formatHex(bytes);
    return List.of(
            value,
            value.toLowerCase(Locale.ROOT),
            new String(bytes, ISO_8859_1),
            base64(bytes),
            base64(bytes).replace('+', '-').replace('/', '_'),
            hex,
            hex.toUpperCase(Locale.ROOT),
            URLEncoder.encode(value, UTF_8),
            value.replace("\\", "\\\\").replace("\"", "\\\""),
            Arrays.toString(bytes))
        .stream()
        .filter(text::contains)
        .toList();
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().withoutPadding().encodeToString(bytes);
  }

  /** Returns all that a logger could print of a failure: causes and suppressed ones included. */
  static String printed(Throwable failure) {
    var text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text, true));
    return text + "\n" + failure + "\n" + failure.getMessage();
  }
}
