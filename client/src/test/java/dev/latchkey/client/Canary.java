package dev.latchkey.client;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/** Looks for bytes that must not show, in the forms in which they could. */
public final class Canary {
  private final List<String> forms = new ArrayList<>();

  public Canary(byte[] secret) {
    forms.add(new String(secret, StandardCharsets.ISO_8859_1));
    forms.add(HexFormat.of().formatHex(secret));
    forms.add(HexFormat.of().withUpperCase().formatHex(secret));
    // The bytes may stand anywhere in what was encoded: drop what the neighbours have a share in.
    for (int shift = 0; shift < 3; shift++) {
      byte[] shifted = new byte[shift + secret.length];
      System.arraycopy(secret, 0, shifted, shift, secret.length);
      String text = Base64.getEncoder().withoutPadding().encodeToString(shifted);
      forms.add(text.substring(shift == 0 ? 0 : 4, text.length() - 2));
    }
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
