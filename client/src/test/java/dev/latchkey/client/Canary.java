package dev.latchkey.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Set;

/** Looks for bytes that must not show, in the forms in which they could. */
public final class Canary {
  private final Set<String> forms = new LinkedHashSet<>();

  public Canary(byte[] secret) {
    forms.add(new String(secret, ISO_8859_1));
    forms.add(new String(secret, UTF_8));
    forms.add(HexFormat.of().formatHex(secret));
    forms.add(HexFormat.of().withUpperCase().formatHex(secret));
    String list = Arrays.toString(secret);
    forms.add(list.substring(1, list.length() - 1));
    addBase64(secret);
    addUrlEscaped(secret);
    addJsonEscaped(new String(secret, UTF_8));
  }

  /**
   * The bytes may stand anywhere in what was encoded: drops what the neighbours have a share in.
   */
  private void addBase64(byte[] secret) {
    for (int shift = 0; shift < 3; shift++) {
      byte[] shifted = new byte[shift + secret.length];
      System.arraycopy(secret, 0, shifted, shift, secret.length);
      String text = Base64.getEncoder().withoutPadding().encodeToString(shifted);
      text = text.substring(shift == 0 ? 0 : 4, text.length() - 2);
      forms.add(text);
      forms.add(text.replace('+', '-').replace('/', '_'));
    }
  }

  private void addUrlEscaped(byte[] secret) {
    var escaped = new StringBuilder();
    for (byte b : secret) {
      char c = (char) (b & 0xff);
      boolean plain = c < 0x80 && (Character.isLetterOrDigit(c) || "-._~".indexOf(c) >= 0);
      escaped.append(plain ? String.valueOf(c) : "%" + HexFormat.of().toHexDigits(b));
    }
    String lower = escaped.toString();
    for (String text : new String[] {lower, upperEscapes(lower)}) {
      forms.add(text);
      forms.add(text.replace("%20", "+"));
    }
  }

  private static String upperEscapes(String escaped) {
    var upper = new StringBuilder(escaped);
    for (int i = escaped.indexOf('%'); i >= 0; i = escaped.indexOf('%', i + 1)) {
      upper.setCharAt(i + 1, Character.toUpperCase(upper.charAt(i + 1)));
      upper.setCharAt(i + 2, Character.toUpperCase(upper.charAt(i + 2)));
    }
    return upper.toString();
  }

  /** Some writers escape the slash, some all that is not ASCII. */
  private void addJsonEscaped(String secret) {
    String needed = secret.replace("\\", "\\\\").replace("\"", "\\\"");
    for (String escaped : new String[] {needed, needed.replace("/", "\\/")}) {
      for (HexFormat hex : new HexFormat[] {HexFormat.of(), HexFormat.of().withUpperCase()}) {
        forms.add(unicodeEscaped(escaped, hex, Character.MAX_VALUE));
        forms.add(unicodeEscaped(escaped, hex, '~'));
      }
    }
  }

  private static String unicodeEscaped(String text, HexFormat hex, char last) {
    var escaped = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      escaped.append(c < ' ' || c > last ? "\\u" + hex.toHexDigits(c) : String.valueOf(c));
    }
    return escaped.toString();
  }

  public boolean isIn(String text) {
    return forms.stream().anyMatch(text::contains);
  }

  public boolean isIn(Throwable thrown) {
    var text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text));
    return isIn(text.toString());
  }
}
