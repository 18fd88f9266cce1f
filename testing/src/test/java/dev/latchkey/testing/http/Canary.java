package dev.latchkey.testing.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Set;

/** Looks for bytes that must not show, in the forms in which they could. */
final class Canary {
  private final Set<String> forms = new LinkedHashSet<>();

  Canary(byte[] secret) {
    String text = new String(secret, UTF_8);
    forms.add(text);
    forms.add(new String(secret, ISO_8859_1));
    forms.add(HexFormat.of().formatHex(secret));
    forms.add(HexFormat.of().withUpperCase().formatHex(secret));
    String list = Arrays.toString(secret);
    forms.add(list.substring(1, list.length() - 1));
    forms.add(URLEncoder.encode(text, UTF_8));
    forms.add(URLEncoder.encode(text, UTF_8).replace("+", "%20"));
    forms.add(text.replace("\\", "\\\\").replace("\"", "\\\""));
    forms.add(text.replace("\\", "\\\\").replace("\"", "\\\"").replace("/", "\\/"));
    for (int shift = 0; shift < 3; shift++) {
      addBase64(secret, shift);
    }
  }

  /** The bytes may stand anywhere in what was encoded: drops what neighbours have a share in. */
  private void addBase64(byte[] secret, int shift) {
    byte[] shifted = new byte[shift + secret.length];
    System.arraycopy(secret, 0, shifted, shift, secret.length);
    String text = Base64.getEncoder().withoutPadding().encodeToString(shifted);
    text = text.substring(shift == 0 ? 0 : 4, text.length() - 2);
    forms.add(text);
    forms.add(text.replace('+', '-').replace('/', '_'));
  }

  boolean isIn(String text) {
    return forms.stream().anyMatch(text::contains);
  }
}
